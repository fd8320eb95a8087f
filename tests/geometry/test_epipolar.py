import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonpose.geometry.epipolar import epipolar_distance, fundamental_matrix
from synthetic_people import Ring

RING = Ring((0.0, 70.0), (5.0, -8.0), 4.0)
"""Two cameras with perspective."""


def matches(count=60, seed=0):
    points = np.random.default_rng(seed).uniform(-1, 1, (1, count, 3))
    return RING.see(points)[0].astype(np.float64)


def off(first, second, matrix):
    return epipolar_distance(first, second, matrix) / np.ptp(first)


@given(st.integers(0, 50))
def test_images_of_one_point_lie_on_each_others_lines(seed):
    first, second = matches(seed=seed)
    matrix = fundamental_matrix(first, second, np.ones(len(first)))
    assert off(first, second, matrix).max() < 1e-5
    assert np.linalg.matrix_rank(matrix / np.abs(matrix).max(), tol=1e-9) <= 2
    assert np.median(off(first, second[::-1], matrix)) > 0.02


def test_without_weight_nothing_counts_not_even_nan():
    first, second = matches()
    weights = np.ones(len(first))
    weights[:5] = 0
    spoilt = second.copy()
    spoilt[:5] = np.nan
    matrix = fundamental_matrix(first, spoilt, weights)
    assert off(first, second, matrix).max() < 1e-5
    assert np.isnan(epipolar_distance(first, spoilt, matrix)[:5]).all()


def test_the_distance_is_that_of_the_smallest_move():
    first, second = matches()
    matrix = fundamental_matrix(first, second, np.ones(len(first)))
    moved = second + np.random.default_rng(0).normal(0, 1e-2 * np.ptp(second), second.shape)
    found = epipolar_distance(first, moved, matrix)
    assert (found <= np.linalg.norm(moved - second, axis=1) * 1.01).all()


def test_batches():
    views = np.stack([matches(seed=seed) for seed in range(3)])
    weights = np.ones(views.shape[::2][:1] + views.shape[2:3])
    together = fundamental_matrix(views[:, 0], views[:, 1], weights)
    for one, (first, second) in zip(together, views, strict=True):
        alone = fundamental_matrix(first, second, np.ones(len(first)))
        assert np.abs(one - np.sign((one * alone).sum()) * alone).max() == pytest.approx(
            0, abs=1e-9
        )
