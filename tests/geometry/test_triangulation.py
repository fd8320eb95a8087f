import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.geometry.cameras import Camera, distort, undistort
from canonpose.geometry.triangulation import triangulate

few = settings(max_examples=20, deadline=None)


def camera_at(angle, distortion=(-0.1, 0.05, 1e-3, -1e-3, 0.0), name="c01"):
    """On a ring of 4 m around the z axis, looking inwards."""
    centre = np.array([4 * np.cos(angle), 4 * np.sin(angle), 1.2])
    away = -centre / np.linalg.norm(centre)
    right = np.cross(away, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(away, right), away])
    matrix = np.array([[1400.0, 0, 950], [0, 1390, 560], [0, 0, 1]])
    return Camera(name, (1920, 1080), matrix, np.array(distortion), rotation, -rotation @ centre)


RING = [camera_at(angle) for angle in (0.1, 1.3, 2.9, 4.4)]


def some_points(seed, frames=6, joints=5):
    return np.random.default_rng(seed).uniform(-0.8, 0.8, (frames, joints, 3))


def seen_by(cameras, points):
    return np.stack([camera.project(points) for camera in cameras])


def test_camera_axes():
    camera = camera_at(0.7)
    np.testing.assert_allclose(camera.to_camera(camera.centre), 0, atol=1e-12)
    above, below = camera.project(np.array([[0, 0, 0.5], [0, 0, -0.5]]))
    assert above[1] < below[1]  # y points down
    assert np.isnan(camera.project(2 * camera.centre)).all()
    assert np.linalg.det(camera.rotation) == pytest.approx(1)


@few
@given(st.integers(0, 2**32 - 1))
def test_undistort_reverts_distort(seed):
    rays = np.random.default_rng(seed).uniform(-0.5, 0.5, (50, 2))
    camera = camera_at(0)
    bent = distort(rays, camera.distortion) @ camera.matrix[:2, :2].T + camera.matrix[:2, 2]
    np.testing.assert_allclose(undistort(bent, camera), rays, atol=1e-8)


@few
@given(st.integers(0, 2**32 - 1))
def test_exact_views_give_the_exact_point(seed):
    points = some_points(seed)
    views = seen_by(RING, points)
    found = triangulate(RING, views, np.random.default_rng(seed).uniform(0.2, 1, views.shape[:-1]))
    np.testing.assert_allclose(found.positions, points, atol=1e-7)
    assert found.valid.all() and found.used.all() and found.error.max() < 1e-3


@few
@given(st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_a_wrong_view_is_left_out(seed, wrong):
    points = some_points(seed, frames=60)  # of few, three in thirty are missed in a case of 1,000
    views = seen_by(RING, points)
    views[wrong] += [140, -120]
    found = triangulate(RING, views, np.ones(views.shape[:-1]))
    good = found.valid & ~found.used[wrong]
    assert good.mean() > 0.9
    np.testing.assert_allclose(found.positions[good], points[good], atol=1e-6)
    assert (found.error[wrong][good] > 40).all()


def test_missing_views():
    points = some_points(0)
    views, scores = seen_by(RING, points), np.ones((4, 6, 5))
    views[0, 0] = np.nan  # three left
    scores[:2, 1] = 0  # two left
    views[:3, 2] = np.nan  # one left
    found = triangulate(RING, views, scores)
    assert found.valid.all(-1).tolist() == [True, False, False, True, True, True]
    assert np.isnan(found.positions[1:3]).all()
    assert triangulate(RING, views, scores, min_views=2).valid.all(-1)[:3].tolist() == [
        True,
        True,
        False,
    ]
    np.testing.assert_allclose(found.positions[0], points[0], atol=1e-7)


def test_parallel_rays_give_no_point():
    twins = [RING[0], RING[0], RING[0]]
    views = seen_by(twins, some_points(0))
    assert not triangulate(twins, views, np.ones(views.shape[:-1])).valid.any()


def test_confident_views_pull_harder():
    points = some_points(0)
    views, scores = seen_by(RING, points), np.ones((4, 6, 5))
    views[0] += 20
    doubted = scores.copy()
    doubted[0] = 0.05

    def miss(scores):
        found = triangulate(RING, views, scores, max_error=1e9).positions
        return np.linalg.norm(found - points, axis=-1).mean()

    assert miss(doubted) < miss(scores) / 3


def test_wrong_calls():
    views, scores = seen_by(RING, some_points(0)), np.ones((4, 6, 5))
    with pytest.raises(ValueError, match="3 cameras, but 4 views"):
        triangulate(RING[:3], views, scores)
    with pytest.raises(ValueError, match="at least 2"):
        triangulate(RING, views, scores, min_views=1)
