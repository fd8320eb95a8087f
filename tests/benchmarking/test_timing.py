import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

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
    """In a process of its own: after a training, one gives no freed memory back to the system."""
    with ProcessPoolExecutor(1, get_context("spawn")) as processes:
        small, large, after = processes.submit(peaks, (10, 50_000_000, 10)).result()
    assert large - small > 150e6
    assert large - after > 150e6


def peaks(sizes):
    return [measure(partial(torch.ones, size), CPU, repeats=1).peak_bytes for size in sizes]


def test_contestants_run_by_themselves():
    slow, quick = (partial(partial, time.sleep, seconds) for seconds in (0.05, 0.0))
    timings = race({"slow": (slow, True), "quick": (quick, False)}, CPU, repeats=2, warm_up=0)
    assert list(timings) == ["slow", "quick"]
    assert timings["slow"].median >= 0.05 > timings["quick"].median
    assert len(timings["quick"].seconds) == 2
