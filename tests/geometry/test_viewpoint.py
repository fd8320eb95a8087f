import numpy as np

from canonpose.geometry.viewpoint import seen_from


def test_from_the_right_what_was_away_is_on_the_right():
    away = np.array([[0.0, 0.0, 1.0]])
    np.testing.assert_allclose(seen_from(away, turn=90.0), [[1, 0, 0]], atol=1e-12)
    right = np.array([[1.0, 0.0, 0.0]])  # where the new camera stands: nearest to it
    np.testing.assert_allclose(seen_from(right, turn=90.0), [[0, 0, -1]], atol=1e-12)


def test_from_above_the_floor_behind_is_higher_in_the_picture():
    floor = np.array([[0.0, 1.0, 1.0], [0.0, 1.0, -1.0]])
    behind, before = seen_from(floor, tilt=10.0)[:, 1]
    assert behind < before


def test_turning_around_the_vertical_keeps_heights_and_distances():
    pose = np.random.default_rng(0).normal(size=(17, 3))
    turned = seen_from(pose, turn=73.0)
    np.testing.assert_allclose(turned[:, 1], pose[:, 1])
    np.testing.assert_allclose(np.linalg.norm(turned, axis=-1), np.linalg.norm(pose, axis=-1))
