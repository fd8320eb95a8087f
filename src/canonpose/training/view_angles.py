"""How far apart the cameras look, as the trained lifter sees it."""

import warnings
from collections.abc import Sequence
from itertools import combinations

import torch
from jaxtyping import Float

from canonpose.errors import InputWarning
from canonpose.lifter.network import Lifter
from canonpose.training.samples import Samples

ENOUGH_DEGREES = 15.0
"""Views closer than this to the same or to the opposite direction add hardly any depth."""
MOST_SAMPLES = 4096


@torch.no_grad()
def view_angles(
    network: Lifter, samples: Samples, cameras: Sequence[str]
) -> dict[tuple[str, str], float]:
    """The median angle in degrees between the optical axes of every two cameras.

    Pairs that never see the same moment are left out. The depth mirror does not change angles.
    """
    stride = -(-len(samples) // MOST_SAMPLES)
    positions, scores = samples.positions[::stride], samples.scores[::stride]
    _, rotation = network(positions, scores)
    axes: Float[torch.Tensor, "sample view 3"] = rotation[:, :, 2]
    seen = (scores > 0).any(-1)
    angles = {}
    for first, second in combinations(range(len(cameras)), 2):
        both = seen[:, first] & seen[:, second]
        if both.any():
            cosine = (axes[both, first] * axes[both, second]).sum(-1).clamp(-1, 1)
            median = float(cosine.acos().rad2deg().median())
            angles[cameras[first], cameras[second]] = median
    return angles


def warn_of_weak_geometry(angles: dict[tuple[str, str], float]) -> None:
    """Warn if no two cameras look from directions that differ enough to show depth."""
    if angles and all(min(a, 180 - a) < ENOUGH_DEGREES for a in angles.values()):
        (first, second), angle = next(iter(angles.items()))
        warnings.warn(
            f"cameras {first} and {second} look {angle:.0f} degrees apart, and no pair is better: "
            f"views from the same or from opposite sides show no depth; place the cameras at "
            f"angles of 40 to 140 degrees.",
            InputWarning,
            stacklevel=3,
        )
