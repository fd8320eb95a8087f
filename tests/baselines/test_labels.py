from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.baselines import LabelledView, labelled_views
from canonpose.baselines.labels import labelled_poses
from canonpose.datasets import LabelledTake
from canonpose.errors import InputError
from synthetic_people import capture

from .labels_of import SKELETON, labelled

ROOT = SKELETON.root_index


def test_labels_are_metres_about_a_root_that_the_skeleton_derives():
    view = labelled(20)[0]
    assert SKELETON.root not in view.reference.joints
    poses = labelled_poses([view])
    hips = poses.labels[:, SKELETON.indices(SKELETON.derived[SKELETON.root])].mean(1)
    torch.testing.assert_close(hips, torch.zeros(20, 3), atol=1e-6, rtol=0)
    assert poses.valid.all()
    nose, hip = SKELETON.indices(["nose", "left_hip"])
    measured = view.reference.positions[:, nose] - view.reference.positions[:, hip]
    torch.testing.assert_close(
        poses.labels[:, nose] - poses.labels[:, hip], torch.from_numpy(measured / 1000).float()
    )


def test_a_joint_that_the_reference_lacks_has_no_label():
    view = labelled(5)[0]
    kept = [j for j in view.reference.joints if j != "left_wrist"]
    places = [view.reference.joints.index(j) for j in kept]
    short = replace(
        view.reference,
        positions=view.reference.positions[:, places],
        valid=view.reference.valid[:, places],
        joints=tuple(kept),
    )
    poses = labelled_poses([LabelledView(view.keypoints, short)])
    assert not poses.valid[:, SKELETON.index("left_wrist")].any()
    assert poses.valid.sum() == 5 * (len(SKELETON) - 1)


def test_frames_without_a_root_are_left_out():
    keypoints, reference = labelled(10)[0]
    hip = SKELETON.index("left_hip")
    scores, positions = keypoints.scores.copy(), keypoints.positions.copy()
    scores[3, [hip, ROOT]], positions[3, [hip, ROOT]] = 0, np.nan
    valid = reference.valid.copy()
    valid[6, reference.joints.index("right_hip")] = False
    poses = labelled_poses(
        [
            LabelledView(
                replace(keypoints, scores=scores, positions=positions),
                replace(reference, valid=valid),
            )
        ]
    )
    assert len(poses) == 8


def test_views_of_labelled_takes():
    takes, _ = capture(5)
    take = takes.takes[0]
    reference = labelled(5)[0].reference
    labelled_take = LabelledTake(take, {"c0": reference, "c2": reference})
    assert [v.keypoints.camera for v in labelled_views([labelled_take])] == ["c0", "c2"]
    assert [v.keypoints.camera for v in labelled_views([labelled_take], ["c2"])] == ["c2"]
    with pytest.raises(InputError, match="no take has 3D truth"):
        labelled_views([labelled_take], ["c1"])


def test_labels_of_another_length():
    keypoints, reference = labelled(5)[0]
    with pytest.raises(InputError, match=r"0/c0: has 5 frames, but its labels have 4"):
        labelled_poses(
            [
                LabelledView(
                    keypoints,
                    replace(
                        reference, positions=reference.positions[1:], valid=reference.valid[1:]
                    ),
                )
            ]
        )


def test_nothing_to_train_on():
    keypoints, reference = labelled(5)[0]
    with pytest.raises(InputError, match="no labelled view"):
        labelled_poses([])
    with pytest.raises(InputError, match="0 of all labelled frames"):
        labelled_poses([LabelledView(keypoints, replace(reference, valid=reference.valid & False))])
