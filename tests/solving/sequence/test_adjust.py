import numpy as np
import pytest

from canonpose.solving.observations import Observations
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.sequence.adjust import adjusted
from canonpose.solving.sequence.bones import bone_ends, measured
from canonpose.solving.sequence.equations import Expected, equations
from canonpose.solving.sequence.known_views import KnownViews
from solving.rigs import FOCAL, MIDDLE, RING, SKELETON, scene

NOISE = 4.0
DETECTED = SKELETON.indices(SKELETON.detected)
CAMERAS = Pinholes(
    RING.rotations,
    np.tile([0, 0, RING.distance], (len(RING), 1)),
    np.full(len(RING), FOCAL),
    np.full((len(RING), 2), MIDDLE),
    np.zeros(len(RING)),
)


def noisy(frames=40, views=4):
    """True joints, what is seen of them, and through what."""
    truth = scene(frames=frames).worlds[0][:, DETECTED]
    random = np.random.default_rng(1)
    known = KnownViews.of(CAMERAS)
    pixels = known.see(truth).pixels + NOISE * random.standard_normal((4, *truth.shape[:2], 2))
    weights = np.full(pixels.shape[:3], 1 / NOISE)
    weights[views:] = 0
    return truth, known, Observations(pixels, weights)


def error(joints, truth):
    return float(np.linalg.norm(joints - truth, axis=-1).mean() * 1000)


def test_bones_and_smooth_motion_halve_the_error_of_two_views():
    truth, views, detections = noisy(views=2)
    ends = bone_ends(SKELETON)
    free = adjusted(truth, views, detections, ends, Expected(1e6, 1e6))
    held = adjusted(free.joints, views, detections, ends, Expected(0.02, 0.02))
    assert error(held.joints, truth) < 0.6 * error(free.joints, truth)
    lengths = [
        np.linalg.norm(j[:, ends[:, 0]] - j[:, ends[:, 1]], axis=-1).std(0).mean()
        for j in (free.joints, held.joints)
    ]
    assert lengths[1] < 0.6 * lengths[0]


def test_what_no_view_sees_for_a_moment_is_bridged():
    truth, views, detections = noisy()
    weights = detections.weights.copy()
    wrist = SKELETON.detected.index("left_wrist")
    weights[:, 15:18, wrist] = 0
    start = truth.copy()
    start[15:18, wrist] = start[14, wrist]
    found = adjusted(
        start,
        views,
        Observations(detections.pixels, weights),
        bone_ends(SKELETON),
        Expected(0.02, 0.02),
    )
    assert error(found.joints[15:18, wrist], truth[15:18, wrist]) < 60


def test_the_spread_is_of_the_size_of_the_errors():
    truth, views, detections = noisy()
    found = adjusted(truth, views, detections, bone_ends(SKELETON), Expected(1e6, 1e6), samples=30)
    sigma = np.sqrt((found.spread**2).sum(-1).mean(0))
    errors = np.linalg.norm(found.joints - truth, axis=-1)
    assert 0.7 < np.sqrt((errors**2).mean() / (sigma**2).mean()) < 1.4


def test_the_gradient_is_that_of_differences():
    truth, views, detections = noisy(frames=5)
    random = np.random.default_rng(2)
    joints = truth + 0.02 * random.standard_normal(truth.shape)
    bones = measured(truth, bone_ends(SKELETON))
    expected = Expected(0.02, 0.03)
    way = random.standard_normal(joints.shape)
    costs = [
        equations(joints + step * way, views, detections, bones, expected).cost
        for step in (-1e-5, 1e-5)
    ]
    gradient = equations(joints, views, detections, bones, expected).gradient
    slope = 2 * float((gradient * way.reshape(len(way), -1)).sum())
    assert (costs[1] - costs[0]) / 2e-5 == pytest.approx(slope, rel=1e-3)
