import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.geometry.depth_mirror import mirrored_rotations
from canonpose.metrics import p_mpjpe
from canonpose.skeleton import layout
from canonpose.solving.weak import weak_triangulation
from synthetic_people import Ring, bodies, turning

few = settings(max_examples=8, deadline=None)
SKELETON = layout("coco17")
RING = Ring()


def seen(seed, frames=20, ring=RING):
    """Weak-perspective views of one body, each of its own scale and place in every frame."""
    random = np.random.default_rng(seed)
    world = turning(bodies(frames, SKELETON, seed=seed), seed=seed)
    images = ring.in_cameras(world)[..., :2].swapaxes(0, 1)
    scales = random.uniform(150, 400, (len(ring), frames))
    offsets = random.uniform(300, 1500, (len(ring), frames, 1, 2))
    return world, scales, scales[..., None, None] * images + offsets


def solved(pixels, scores, scales, rotations=RING.rotations):
    random = np.random.default_rng(0)
    start = scales * np.exp(0.1 * random.standard_normal(scales.shape))
    return weak_triangulation(pixels, scores, rotations, start, tolerance=np.full(len(pixels), 4.0))


@few
@given(st.integers(0, 1000))
def test_exact_views_give_exact_poses(seed):
    world, scales, pixels = seen(seed)
    found = solved(pixels, np.ones(pixels.shape[:3]), scales)
    assert p_mpjpe(found.points, world * 1000) < 2
    assert np.nanmax(found.error) < 1
    ratio = found.scales / scales
    np.testing.assert_allclose(ratio, ratio[:1] * np.ones((4, 1)), rtol=0.01)


def test_wrong_detections_and_missing_ones_do_little_harm():
    world, scales, pixels = seen(3)
    random = np.random.default_rng(0)
    pixels += random.standard_normal(pixels.shape)
    wrong = random.random(pixels.shape[:3]) < 0.03
    pixels[wrong] += 150
    missing = random.random(pixels.shape[:3]) < 0.1
    pixels[missing] = np.nan
    found = solved(pixels, np.where(missing, 0.0, 1.0), scales)
    assert np.isfinite(found.points).all(-1).mean() > 0.95
    assert p_mpjpe(found.points, world * 1000) < 25


def test_the_mirrored_world_has_the_same_images():
    _, scales, pixels = seen(1)
    scores = np.ones(pixels.shape[:3])
    found = solved(pixels, scores, scales)
    twin = solved(pixels, scores, scales, mirrored_rotations(RING.rotations))
    np.testing.assert_allclose(found.mirrored().points, twin.points, atol=1e-6)
    np.testing.assert_allclose(found.error, twin.error, atol=1e-4)


def test_joints_that_one_view_sees_are_not_guessed():
    _, scales, pixels = seen(2)
    scores = np.ones(pixels.shape[:3])
    scores[1:, :, 4] = 0
    found = solved(pixels, scores, scales)
    assert np.isnan(found.points[:, 4]).all()
    assert np.isfinite(np.delete(found.points, 4, axis=1)).all()


@pytest.mark.parametrize("factor", [0.1, 7.0])
def test_sizes_follow_the_scales_that_one_starts_from(factor):
    _, scales, pixels = seen(4)
    scores = np.ones(pixels.shape[:3])
    one, other = solved(pixels, scores, scales), solved(pixels, scores, scales * factor)
    np.testing.assert_allclose(other.points * factor, one.points, rtol=1e-6, atol=1e-9)
    sized = one.in_units_of(np.full(20, 2.0))
    np.testing.assert_allclose(sized.points * 2, one.points)
    np.testing.assert_allclose(sized.scales, one.scales * 2)
