"""Angles between the cameras, as a lifter sees them, and the warning of weak geometry."""

import warnings

import numpy as np
import pytest
import torch
from scipy.spatial.transform import Rotation

from canonpose.errors import InputWarning
from canonpose.lifter import Lifter, LifterConfig
from canonpose.training.samples import Samples
from canonpose.training.view_angles import view_angles, warn_of_weak_geometry

SAMPLES, JOINTS = 30, 4
NAMES = ["a", "b", "c"]


class Knowing(Lifter):
    """A lifter that knows the rotations already."""

    def __init__(self, rotation):
        super().__init__(JOINTS, LifterConfig(width=4))
        self.known = rotation

    def forward(self, positions, scores):
        return torch.zeros(*positions.shape[:-1], 3), self.known


def rotations(yaws):
    """Cameras on a ring around a body that turns from sample to sample."""
    cameras = Rotation.from_euler("y", np.array(yaws)[:, None], degrees=True).as_matrix()
    body = Rotation.random(SAMPLES, rng=np.random.default_rng(0)).as_matrix()
    return torch.from_numpy(cameras[None] @ body[:, None]).float()


def samples(views):
    positions = torch.zeros(SAMPLES, views, JOINTS, 2)
    return Samples(positions, torch.ones(positions.shape[:-1]), *torch.zeros(2, SAMPLES).long())


def test_angles_between_optical_axes():
    known = rotations([0, 60, 175])
    angles = view_angles(Knowing(known), samples(3), NAMES)
    expected = {("a", "b"): 60, ("a", "c"): 175, ("b", "c"): 115}
    assert angles == pytest.approx(expected, abs=0.1)
    mirror = torch.diag(torch.tensor([1.0, 1, -1]))
    mirrored = view_angles(Knowing(mirror @ known @ mirror), samples(3), NAMES)
    assert mirrored == pytest.approx(expected, abs=0.1)


def test_cameras_that_never_see_the_same_moment_have_no_angle():
    seen = samples(3)
    seen.scores[:15, 0] = 0
    seen.scores[15:, 1] = 0
    angles = view_angles(Knowing(rotations([0, 60, 120])), seen, NAMES)
    assert set(angles) == {("a", "c"), ("b", "c")}


@pytest.mark.parametrize("angle", [3, 176])
def test_same_and_opposite_views_are_warned_of(angle):
    with pytest.warns(InputWarning, match=f"a and b look {angle} degrees apart.*40 to 140"):
        warn_of_weak_geometry({("a", "b"): float(angle)})


def test_one_good_pair_is_enough():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_weak_geometry({("a", "b"): 178.0, ("a", "c"): 90.0})
        warn_of_weak_geometry({})
