"""Derivatives of all camera models, against differences."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.solving.pinholes import Pinholes
from canonpose.solving.sequence.expectation import MOVING
from canonpose.solving.sequence.known_views import KnownViews
from canonpose.solving.sequence.perspective_views import PerspectiveViews
from canonpose.solving.sequence.weak_views import WeakViews

VIEWS, MOMENTS, JOINTS = 2, 3, 4
RANDOM = np.random.default_rng(0)
POINTS = 0.3 * RANDOM.standard_normal((MOMENTS, JOINTS, 3))
TURNS = Rotation.from_rotvec(0.2 * RANDOM.standard_normal((VIEWS * MOMENTS, 3)))
ROTATIONS = TURNS.as_matrix().reshape(VIEWS, MOMENTS, 3, 3)


def weak():
    scales = RANDOM.uniform(200, 300, (VIEWS, MOMENTS))
    offsets = RANDOM.uniform(300, 500, (VIEWS, MOMENTS, 2))
    return WeakViews(ROTATIONS, scales, offsets, ROTATIONS, MOVING.of_turns(30.0))


def perspective():
    centres = np.array([0, 0, -4.0]) + 0.3 * RANDOM.standard_normal((VIEWS, MOMENTS, 3))
    focals = RANDOM.uniform(1000, 2000, (VIEWS, MOMENTS))
    steady = MOVING.of_views(30.0, MOMENTS)
    return PerspectiveViews(ROTATIONS, centres, focals, np.full((VIEWS, 2), 500.0), steady)


@pytest.mark.parametrize("views", [weak(), perspective()], ids=["weak", "perspective"])
def test_derivatives_are_those_of_differences(views):
    sight = views.see(POINTS)
    step = 1e-6
    for axis in range(3):
        ahead = views.see(POINTS + step * np.eye(3)[axis]).pixels
        slope = (ahead - sight.pixels) / step
        np.testing.assert_allclose(slope, sight.by_joint[..., axis], rtol=1e-3, atol=0.02)
    for unknown in range(views.unknowns):
        steps = np.zeros((MOMENTS, VIEWS, views.unknowns))
        steps[..., unknown] = step
        slope = (views.moved(steps).see(POINTS).pixels - sight.pixels) / step
        np.testing.assert_allclose(slope, sight.by_view[..., unknown], rtol=1e-3, atol=0.02)


@pytest.mark.parametrize("views", [weak(), perspective()], ids=["weak", "perspective"])
def test_how_far_views_are_away_follows_their_steps(views):
    steps = np.zeros((MOMENTS, VIEWS, views.unknowns))
    steps[1] = 1e-3
    told = np.isfinite(views.steadiness.change)
    np.testing.assert_allclose(views.moved(steps).away()[..., told], steps[..., told], atol=1e-8)


def test_changes_of_steady_views_follow_their_steps():
    views = replace(perspective(), rotations=np.repeat(ROTATIONS[:, :1], MOMENTS, axis=1))
    steps = np.zeros((MOMENTS, VIEWS, views.unknowns))
    steps[1] = 1e-3
    difference = views.moved(steps).changes() - views.changes()
    np.testing.assert_allclose(difference, np.diff(steps, axis=0), atol=1e-8)


def test_known_views_see_as_their_cameras_and_have_no_unknowns():
    still = Pinholes(
        ROTATIONS[:, 0],
        np.tile([0, 0, 4.0], (VIEWS, 1)),
        np.full(VIEWS, 1200.0),
        np.full((VIEWS, 2), 500.0),
        np.zeros(VIEWS),
    )
    views = KnownViews.of(still)
    place = POINTS @ ROTATIONS[0, 0].T + [0, 0, 4.0]
    expected = 1200 * place[..., :2] / place[..., 2:] + 500
    np.testing.assert_allclose(views.see(POINTS).pixels[0], expected)
    assert views.see(POINTS).by_view.shape[-1] == views.unknowns == 0
