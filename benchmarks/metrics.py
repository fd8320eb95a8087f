"""How long all metrics of many poses take.

    python benchmarks/metrics.py [--poses 500000] [--joints 17] [--repeats 5]

Poses are made up. A run before the first measured one warms up. Wall time is what one waits for; on
a machine that is shared, processor time says more. With more than one thread on a busy machine,
OMP_WAIT_POLICY=PASSIVE in the environment keeps threads from waiting at full load.
"""

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

import numpy as np
import torch
import tyro

from canonpose.metrics import cps_curve, mirror_fits_better, n_mpjpe, p_mpjpe, score


@dataclass(frozen=True)
class Benchmark:
    """Time `score`, and for comparison some of the metrics one by one."""

    poses: int = 500_000
    joints: int = 17
    repeats: int = 5


@dataclass(frozen=True)
class Timing:
    """Seconds of every repeat."""

    wall: list[float]
    processor: list[float]

    def row(self, name: str, poses: int) -> str:
        """Of the table."""
        middle = median(self.wall)
        return (
            f"| {name} | {middle:.2f} | {min(self.wall):.2f}-{max(self.wall):.2f} "
            f"| {median(self.processor):.2f} | {poses / middle / 1000:.0f} |"
        )


def main() -> None:
    options = tyro.cli(Benchmark)
    predicted, reference = some_poses(options.poses, options.joints)
    before = peak_memory()
    print(f"{options.poses} poses of {options.joints} joints, {torch.get_num_threads()} threads")
    print("| what | wall, median s | wall, range s | processor, median s | thousand poses/s |")
    print("|---|---|---|---|---|")
    for name, function in (
        ("score: all metrics", lambda: score(predicted, reference, root=0)),
        ("n_mpjpe", lambda: n_mpjpe(predicted, reference, root=0)),
        ("p_mpjpe", lambda: p_mpjpe(predicted, reference)),
        ("cps_curve", lambda: cps_curve(predicted, reference)),
        ("mirror_fits_better", lambda: mirror_fits_better(predicted, reference)),
    ):
        timing = measured(function, options.repeats)
        print(timing.row(name, options.poses), flush=True)
        if name.startswith("score"):
            extra = peak_memory() - before
    print(f"score: {extra:.2f} GB beyond the poses themselves at its peak")


def some_poses(poses: int, joints: int) -> tuple[np.ndarray, np.ndarray]:
    """Guesses in body heights, off by some 60 mm, and references in mm."""
    rng = np.random.default_rng(0)
    reference = rng.normal(size=(poses, joints, 3)) * [150, 400, 120]
    predicted = rng.normal(size=reference.shape)
    predicted *= 60
    predicted += reference
    predicted /= 1800
    return predicted, reference


def measured(function: Callable[[], object], repeats: int) -> Timing:
    function()
    wall, processor = [], []
    for _ in range(repeats):
        start = time.perf_counter(), time.process_time()
        function()
        wall.append(time.perf_counter() - start[0])
        processor.append(time.process_time() - start[1])
    return Timing(wall, processor)


def peak_memory() -> float:
    """The most that this process ever held, in GB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


if __name__ == "__main__":
    main()
