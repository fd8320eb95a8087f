import pytest

from canonpose.live.rates import Durations, Rate


def test_events_a_second():
    rate = Rate(window=2.0)
    for event in range(100):
        rate.note(event * 0.1)
    assert rate.at(9.9) == pytest.approx(10, rel=0.01)


def test_a_standstill_shows():
    rate = Rate(window=2.0)
    assert rate.at(0.0) == 0
    for event in range(10):
        rate.note(event * 0.1)
    assert rate.at(1.8) == pytest.approx(5, rel=0.01)
    assert rate.at(60.0) == 0


def test_the_median_is_of_the_latest_and_one_outlier_does_not_matter():
    durations = Durations()
    assert durations.median() is None
    for _ in range(500):
        durations.note(9.0)
    for seconds in [0.1] * 59 + [50.0]:
        durations.note(seconds)
    assert durations.median() == 0.1
