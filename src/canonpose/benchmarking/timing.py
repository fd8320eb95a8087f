"""Repeated timings: warm-up, median, spread, peak memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from canonpose.benchmarking.memory import forget_peak, peak_bytes


@dataclass(frozen=True)
class Timing:
    """The seconds of every repeat, and the most memory held in any."""

    seconds: tuple[float, ...]
    peak_bytes: int

    @property
    def median(self) -> float:
        """Of the seconds."""
        return float(np.median(self.seconds))

    @property
    def spread(self) -> float:
        """Interquartile range of the seconds, as a share of their median."""
        lower, upper = np.percentile(self.seconds, (25, 75))
        return float(upper - lower) / self.median


def measure(
    function: Callable[[], object], device: torch.device, repeats: int = 7, warm_up: int = 2
) -> Timing:
    """Time a function, each call until the device has done all that it asked for."""
    for _ in range(warm_up):
        function()
    calls = [timed(function, device) for _ in range(repeats)]
    return Timing(tuple(seconds for seconds, _ in calls), max(peak for _, peak in calls))


def timed(function: Callable[[], object], device: torch.device) -> tuple[float, int]:
    """Seconds and peak memory of one call."""
    forget_peak(device)
    _wait_for(device)
    start = time.perf_counter()
    function()
    _wait_for(device)
    return time.perf_counter() - start, peak_bytes(device)


def _wait_for(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
