from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canonpose.video.clock import Clock

TICK = Fraction(1, 1000)


def times_of(timestamps, fps=25.0):
    clock = Clock(TICK, fps)
    return np.array([clock.time(timestamp) for timestamp in timestamps])


@given(st.lists(st.none() | st.integers(-(10**6), 10**9), min_size=2, max_size=30))
def test_times_begin_at_zero_and_rise(timestamps):
    times = times_of(timestamps)
    assert times[0] == 0
    assert (np.diff(times) > 0).all()


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=30), st.integers(-(10**6), 10**6))
def test_rising_timestamps_count_as_they_are(gaps, first):
    timestamps = np.cumsum([first, *gaps])
    np.testing.assert_allclose(
        times_of(timestamps.tolist()), (timestamps - first) / 1000, rtol=1e-12
    )


def test_one_bad_timestamp_does_not_shift_the_others():
    times = times_of([0, 40, 80, 80, 160, 200])
    np.testing.assert_allclose(times, [0, 0.04, 0.08, 0.10, 0.16, 0.2])


def test_joined_recordings_go_on():
    times = times_of([0, 2000, 4000, 0, 40, 80])
    np.testing.assert_allclose(times, [0, 2, 4, 4.04, 4.08, 4.12])


def test_without_timestamps_the_frame_rate_counts():
    np.testing.assert_allclose(times_of([None] * 4, fps=50.0), [0, 0.02, 0.04, 0.06])
