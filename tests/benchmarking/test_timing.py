import sys
import time
from functools import partial

import pytest
import torch

from canonpose.benchmarking.race import race
from canonpose.benchmarking.timing import Timing, measure

CPU = torch.device("cpu")


def test_median_and_spread():
    timing = Timing((1.0, 2.0, 3.0, 4.0, 100.0), 0)
    assert timing.median == 3.0
    assert timing.spread == pytest.approx(2 / 3)


def test_warm_up_is_not_timed():
    calls = []

    def slow_at_first():
        calls.append(1)
        time.sleep(0.05 if len(calls) <= 2 else 0.0)

    timing = measure(slow_at_first, CPU, repeats=3, warm_up=2)
    assert len(calls) == 5
    assert len(timing.seconds) == 3
    assert max(timing.seconds) < 0.04


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets the peak of a process")
def test_memory_is_of_the_measured_call():
    small = measure(lambda: torch.ones(10), CPU, repeats=1)
    large = measure(lambda: torch.ones(50_000_000), CPU, repeats=1)
    after = measure(lambda: torch.ones(10), CPU, repeats=1)
    assert large.peak_bytes - small.peak_bytes > 150e6
    assert large.peak_bytes - after.peak_bytes > 150e6


def test_contestants_run_by_themselves():
    slow, quick = (partial(partial, time.sleep, seconds) for seconds in (0.05, 0.0))
    timings = race({"slow": (slow, True), "quick": (quick, False)}, CPU, repeats=2, warm_up=0)
    assert list(timings) == ["slow", "quick"]
    assert timings["slow"].median >= 0.05 > timings["quick"].median
    assert len(timings["quick"].seconds) == 2
