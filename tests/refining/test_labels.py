from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.refining import solved_labels
from canonpose.solving.solved import MovingCameras
from canonpose.training.samples import samples_of
from refining.scenes import solution_of, without_frames
from solving.rigs import FOCAL, RING, SKELETON, scene

ROOT = SKELETON.root_index


@pytest.fixture(scope="module")
def shown():
    return scene(frames=20, people=2)


def test_labels_lie_beside_the_samples_of_training(shown):
    labels = solved_labels(solution_of(shown), shown.capture)
    samples = samples_of(shown.capture)
    assert labels.samples.fingerprint() == samples.fingerprint()
    assert labels.positions.shape == (*samples.positions.shape[:3], 3)
    assert labels.takes.tolist() == [0] * 20 + [1] * 20
    assert labels.frames.tolist() == [*range(20), *range(20)]
    assert labels.valid.all()
    assert labels.units == "m"


def test_a_label_with_its_place_is_seen_where_its_view_saw_it(shown):
    labels = solved_labels(solution_of(shown), shown.capture)
    points = labels.positions + labels.places[:, :, None]
    images = (FOCAL * points[..., :2] / points[..., 2:]).double()
    images = images - images[:, :, [ROOT]]
    # Pixels of derived joints are means of pixels, which differ from the mean point's a little.
    detected = SKELETON.indices(SKELETON.detected)
    saw = labels.samples.positions.double()[:, :, detected]
    seen = images[:, :, detected]
    scale = (seen * saw).sum((-2, -1), keepdim=True) / (saw * saw).sum((-2, -1), keepdim=True)
    assert (seen - scale * saw).norm(dim=-1).max() < 0.02 * float(scale.min())


def test_labels_of_one_moment_are_one_body_turned(shown):
    labels = solved_labels(solution_of(shown), shown.capture)
    world = torch.einsum("svab,svja->svjb", labels.turns, labels.positions)
    torch.testing.assert_close(world, world[:, :1].expand_as(world), atol=1e-5, rtol=1e-5)
    turns = torch.from_numpy(RING.rotations.astype(np.float32))
    torch.testing.assert_close(labels.turns[0], turns)


def test_the_roots_uncertainty_is_part_of_every_joints(shown):
    sigma = solved_labels(solution_of(shown, sigma=0.03), shown.capture).sigma
    assert not sigma[:, :, ROOT].any()
    others = [joint for joint in range(len(SKELETON)) if joint != ROOT]
    assert sigma[:, :, others].numpy() == pytest.approx(0.03 * np.sqrt(2), rel=1e-5)


def test_what_is_not_solved_or_not_seen_has_no_label(shown):
    first, *others = shown.capture.takes
    view = first.views["c1"]
    hidden = replace(view, scores=np.where(np.arange(20)[:, None] < 5, 0, view.scores))
    take = replace(first, views={**first.views, "c1": hidden})
    capture = replace(shown.capture, takes=(take, *others))
    labels = solved_labels(without_frames(solution_of(shown), [7, 8]), capture)
    assert not labels.valid[[7, 8]].any()
    assert not labels.positions[[7, 8]].any()
    assert not labels.valid[:5, 1].any()
    assert labels.valid[:5, [0, 2]].all()


def test_weak_perspective_has_labels_without_places(shown):
    labels = solved_labels(solution_of(shown, perspective=False), shown.capture)
    assert labels.valid.all()
    assert labels.places.isnan().all()


def test_cameras_that_move_have_labels_in_their_frame_of_the_moment(shown):
    solved = solution_of(shown, perspective=False)
    first, second = solved.takes
    random = Rotation.random(20 * 2, random_state=0).as_matrix().reshape(20, 2, 3, 3)
    moving = replace(first, cameras=MovingCameras(("c2", "c0"), random, np.ones((20, 2))))
    labels = solved_labels(replace(solved, takes=(moving, second)), shown.capture)
    world = shown.worlds[0] - shown.worlds[0][:, [ROOT]]
    wanted = world[9] @ random[9, 1].T
    assert labels.positions[9, 0].numpy() == pytest.approx(wanted, abs=1e-5)
    assert labels.valid[:20].all(-1).tolist() == [[True, False, True, False]] * 20
    assert labels.valid[20:].all()


def test_what_was_solved_of_other_footage_is_refused(shown):
    longer = scene(frames=21, people=2)
    with pytest.raises(InputError, match=r"'t0': has 21 frames but was solved in 20"):
        solved_labels(solution_of(shown), longer.capture)
    with pytest.raises(InputError, match="nothing to refine with"):
        solved_labels(without_frames(solution_of(scene(20)), slice(None)), scene(20).capture)
