import numpy as np
import pytest

from canonpose.shifts.estimate import estimate
from canonpose.synchronisation.drift import drifts
from shifts.footage import RATE, film, world

MOTION = world(65)


@pytest.mark.parametrize("ppm", [1000.0, -400.0])
def test_a_clock_that_runs_fast(ppm):
    views = film(MOTION, [1, 1.5, 1], seconds=60, drifts=[0, ppm, 0])
    found = estimate(views)
    drift = drifts(found.signals, found.offsets)
    assert drift[1].ppm == pytest.approx(ppm, abs=0.15 * abs(ppm))
    # camera 1's clock shows pace * (t + 1 - 1.5) when the first one's shows t
    assert drift[1].offset == pytest.approx(-0.5, abs=0.2 / RATE)
    assert drift[2].ppm == 0
    assert np.isfinite(drift[2].standard_error)


def test_even_clocks_have_no_drift():
    found = estimate(film(MOTION, [1, 1.5, 1], seconds=60))
    assert [drift.ppm for drift in drifts(found.signals, found.offsets)] == [0, 0, 0]


def test_a_short_take_does_not_tell():
    found = estimate(film(MOTION, [1, 1.5], seconds=5))
    drift = drifts(found.signals, found.offsets)[1]
    assert (drift.ppm, drift.standard_error) == (0, np.inf)
    assert drift.offset == found.offsets[1]
