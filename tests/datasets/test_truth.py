from dataclasses import replace

import numpy as np
import pytest

from canonpose.datamodel import Keypoints, Take
from canonpose.datasets.truth import exact_keypoints, in_camera_frame, in_skeleton, labelled
from canonpose.errors import InputError
from canonpose.readers.reference import Reference
from canonpose.skeleton import layout
from datasets.scene import camera, person

COCO = layout("coco17")
FRAMES = 4
POINTS = person(FRAMES, COCO)[:, : len(COCO.detected)]
REFERENCE = Reference(1000 * POINTS, np.ones(POINTS.shape[:2], bool), COCO.detected, source="r.npz")
FRONT, SIDE = camera("Cam_1", 0), camera("Cam_2", 90)


def nothing_seen(frames=FRAMES):
    shape = (frames, len(COCO))
    return Keypoints(np.full((*shape, 2), np.nan, np.float32), np.zeros(shape, np.float32), COCO)


def test_the_camera_s_frame_keeps_distances_and_millimetres():
    seen = in_camera_frame(REFERENCE, SIDE).positions
    np.testing.assert_allclose(seen, 1000 * SIDE.to_camera(POINTS))
    before, after = (np.linalg.norm(p - p[:, :1], axis=-1) for p in (REFERENCE.positions, seen))
    np.testing.assert_allclose(after, before)


def test_exact_pixels_are_those_of_the_distorted_camera():
    exact = exact_keypoints(REFERENCE, FRONT, nothing_seen())
    detected = exact.positions[:, : len(COCO.detected)]
    np.testing.assert_allclose(detected, FRONT.project(POINTS), rtol=1e-5)
    assert (exact.scores == 1).all()
    assert (exact.skeleton, exact.source) == (COCO, "r.npz")


@pytest.mark.parametrize("place", [(0, 0, -9), (30, 0, 0)], ids=["behind", "far outside"])
def test_what_no_lens_model_holds_for_is_unknown(place):
    positions = REFERENCE.positions.copy()
    positions[1, 3] = 1000 * np.array(place)
    exact = exact_keypoints(replace(REFERENCE, positions=positions), FRONT, nothing_seen())
    assert exact.scores[1, 3] == 0
    assert np.isnan(exact.positions[1, 3]).all()
    assert exact.scores[0, 3] == 1


def test_joints_are_found_by_name_and_derived_ones_are_means():
    joints = ("right_hip", "left_hip")
    pixels = np.array([[[0.0, 0.0], [4.0, 2.0]], [[0.0, 0.0], [4.0, 2.0]]])
    known = np.array([[True, True], [True, False]])
    positions, scores = in_skeleton(pixels, known, joints, COCO)
    assert positions[0, COCO.index("left_hip")].tolist() == [4, 2]
    assert positions[0, COCO.index("pelvis")].tolist() == [2, 1]
    assert scores[:, COCO.index("pelvis")].tolist() == [1, 0]
    assert scores[:, COCO.index("nose")].tolist() == [0, 0]


def test_cameras_are_matched_by_plain_name_and_lengths_are_checked():
    take = Take("a", {"cam1": nothing_seen()}, rig="a")
    one = labelled(take, REFERENCE, {"Cam_1": FRONT, "Cam_2": SIDE})
    assert one.truth_3d.keys() == one.truth_2d.keys() == {"cam1"}
    assert not labelled(take, None, {}).truth_3d
    longer = Take("a", {"cam1": nothing_seen(FRAMES + 1)}, rig="a")
    with pytest.raises(InputError, match=r"r\.npz: has 4 frames, but take 'a' has 5"):
        labelled(longer, REFERENCE, {"Cam_1": FRONT})
