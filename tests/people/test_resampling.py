import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canonpose.people.resampling import resampled


def moving(frames, step=0.1):
    """Two joints that move in straight lines; scores fall."""
    times = np.arange(frames) * step
    xy = np.stack([np.stack([3 * times, 1 - times], -1), np.stack([times, 2 * times], -1)], 1)
    scores = np.broadcast_to((1 - times / 10)[:, None, None], (frames, 2, 1))
    return times, np.concatenate([xy, scores], -1)


@given(st.lists(st.floats(0, 0.9), min_size=1, max_size=20))
def test_linear_motion_is_reproduced(moments):
    times, seen = moving(10)
    moments = np.array(moments)
    found = resampled(seen, times, moments)
    expected = np.stack([3 * moments, 1 - moments], -1)
    np.testing.assert_allclose(found[:, 0, :2], expected, atol=1e-5)
    assert (found[..., 2] <= np.interp(moments, times, seen[:, 0, 2])[:, None] + 1e-5).all()


def test_frames_are_taken_as_they_are():
    times, seen = moving(10)
    np.testing.assert_array_equal(resampled(seen, times, times[3:7]), seen[3:7])


def test_never_across_missing_joints_frames_or_ends():
    times, seen = moving(10)
    seen[4, 0] = (np.nan, np.nan, 0)
    found = resampled(seen, times, np.array([0.35, 0.45, 0.4, 0.55, -0.1, 1.0]))
    assert np.isnan(found[[0, 1, 2, 4, 5], 0, :2]).all()
    assert (found[[0, 1, 2, 4, 5], 0, 2] == 0).all()
    assert np.isfinite(found[[0, 1, 2, 3], 1]).all()
    late = np.concatenate([times[:5], times[5:] + 0.3])  # three frames are missing
    assert np.isnan(resampled(seen, late, np.array([0.6]))[0, 1, 0])
