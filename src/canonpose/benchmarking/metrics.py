"""How fast poses are scored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from jaxtyping import Float

from canonpose.benchmarking.figures import Figure
from canonpose.benchmarking.timing import measure
from canonpose.metrics import cps_curve, mirror_fits_better, n_mpjpe, p_mpjpe, score
from canonpose.processor import processor_used_well

CPU = torch.device("cpu")


@dataclass(frozen=True)
class MetricsBenchmark:
    """What is scored."""

    poses: int = 100_000
    joints: int = 17
    repeats: int = 5


def metrics_figures(options: MetricsBenchmark) -> Iterator[Figure]:
    """All metrics together, as `canonpose evaluate` takes them, and some one by one."""
    predicted, reference = some_poses(options.poses, options.joints)
    measured: dict[str, Callable[[], object]] = {
        "score: all metrics": partial(score, predicted, reference, root=0),
        "n_mpjpe": partial(n_mpjpe, predicted, reference, root=0),
        "p_mpjpe": partial(p_mpjpe, predicted, reference),
        "cps_curve": partial(cps_curve, predicted, reference),
        "mirror_fits_better": partial(mirror_fits_better, predicted, reference),
    }
    with processor_used_well():
        for name, function in measured.items():
            timing = measure(function, CPU, options.repeats, warm_up=1)
            yield Figure.of(name, options.poses, "poses", timing)


def some_poses(
    poses: int, joints: int
) -> tuple[Float[np.ndarray, "pose joint 3"], Float[np.ndarray, "pose joint 3"]]:
    """Made-up guesses in body heights, off by some 60 mm, and references in mm."""
    random = np.random.default_rng(0)
    reference = random.normal(size=(poses, joints, 3)) * [150, 400, 120]
    predicted = (reference + 60 * random.normal(size=reference.shape)) / 1800
    return predicted, reference
