"""What bones of constant length and smooth motion cost in short stretches of footage."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from canonpose.solving.observations import observations_of
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rig_views import RigViews
from canonpose.solving.sequence.adjust import adjusted
from canonpose.solving.sequence.expectation import Body
from canonpose.solving.sequence.known_views import KnownViews
from canonpose.solving.sequence.pieces import FEWEST, filled

COUNT = 12
"""Stretches at most."""
LENGTH = 24
"""Moments of a stretch."""
CONVERGED = 1e-3
"""Relative decrease of a cost at which to stop: cameras to choose from differ by more."""


@dataclass(frozen=True)
class Stretch:
    """Some neighbouring moments of one take."""

    moments: slice
    rate: float
    """Moments a second."""


def stretches_of(takes: Sequence[tuple[slice, float]]) -> list[Stretch]:
    """Some that do not overlap, spread over all takes.

    Takes are their moments in a row, and how many of them are a second.
    """
    every = []
    for moments, rate in takes:
        for begin in range(moments.start, moments.stop - FEWEST + 1, LENGTH):
            every.append(Stretch(slice(begin, min(begin + LENGTH, moments.stop)), rate))
    count = min(COUNT, len(every))
    return [every[place] for place in np.linspace(0, len(every) - 1, count).round().astype(int)]


def cost_of_body(
    joints: Float[np.ndarray, "moment joint 3"],
    cameras: Pinholes,
    views: RigViews,
    rate: float,
    ends: Int64[np.ndarray, "bone 2"],
    size: float,
    tolerance: Float[np.ndarray, " view"],
) -> float:
    """The least cost of detections, bones and motion in one stretch; NaN where there are no joints.

    Parameters
    ----------
    joints : array [moment, joint, 3]
        To start from; NaN where missing.
    cameras : Pinholes
    views : RigViews
        Of these moments.
    rate : float
        Moments a second.
    ends : array [bone, 2]
        Pairs of joints that keep their distance.
    size : float
        A body height in the unit of the joints.
    tolerance : array [view]
        Pixels of every camera that a confident detection may be off.
    """
    if not np.isfinite(joints).all(-1).any():
        return np.nan
    detections = observations_of(views, tolerance)
    expected = Body().at(rate, size)
    views_here = KnownViews.of(cameras)
    return adjusted(
        filled(joints), views_here, detections, ends, expected, converged=CONVERGED
    ).cost
