import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonpose.metrics import scale_aligned_acceleration_error


def moving(seed=0, frames=9, joints=5):
    random = np.random.default_rng(seed)
    return np.cumsum(random.standard_normal((frames, joints, 3)), axis=0)


@given(st.integers(0, 1000), st.floats(0.1, 10))
def test_scale_and_path_of_the_root_do_not_count(seed, scale):
    reference = moving(seed)
    predicted = scale * reference + moving(seed + 1, joints=1)
    assert scale_aligned_acceleration_error(predicted, reference, root=2) == pytest.approx(
        0, abs=1e-9
    )


def test_by_hand():
    reference = np.zeros((4, 2, 3))
    reference[:, 1] = [0, 1, 0]
    predicted = reference.copy()
    predicted[2, 1, 0] = 0.5  # second differences of x: 0.5, -1
    scale = 4 / 4.25  # least squares over all frames
    expected = scale * (0.5 + 1.0) / 2
    error = scale_aligned_acceleration_error(predicted, reference, root=0)
    assert error == pytest.approx(expected / 2)  # the root's own error is 0


def test_a_gap_leaves_its_neighbours_out():
    reference = moving(3)
    predicted = reference + 0.1 * moving(4)
    valid = np.ones(reference.shape[:2], dtype=bool)
    valid[4] = False
    broken = predicted.copy()
    broken[4] = 1e6
    whole = scale_aligned_acceleration_error(broken, reference, valid, root=0)
    broken[4] = np.nan
    assert whole == scale_aligned_acceleration_error(broken, reference, root=0)
    assert np.isnan(scale_aligned_acceleration_error(predicted[:2], reference[:2], root=0))
