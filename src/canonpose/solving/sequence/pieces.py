"""Long takes in pieces that overlap, so that memory does not grow with the footage."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

MOST = 600
"""Moments of a piece that are kept."""
OVERLAP = 30
"""Moments to either side that are solved as well, so that a piece has no ends of its own."""
FEWEST = 3
"""Moments that can bend."""


@dataclass(frozen=True)
class Piece:
    """Some moments of a take."""

    moments: slice
    """What is solved."""
    kept: slice
    """What is kept, counted from the first that is solved."""


def pieces(moments: int) -> list[Piece]:
    """In order; what they keep together is everything."""
    count = -(-moments // MOST)
    ends = np.linspace(0, moments, count + 1).round().astype(int)
    found = []
    for begin, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        first, last = max(begin - OVERLAP, 0), min(end + OVERLAP, moments)
        found.append(Piece(slice(first, last), slice(begin - first, end - first)))
    return found


def filled(joints: Float[np.ndarray, "moment joint 3"]) -> Float[np.ndarray, "moment joint 3"]:
    """Joints that are missing (NaN) between their neighbours in time, or in their pose's middle."""
    every = np.arange(len(joints))
    known = np.isfinite(joints).all(-1)
    whole = joints.copy()
    for joint in np.flatnonzero(known.any(0)):
        there = np.flatnonzero(known[:, joint])
        for axis in range(3):
            whole[:, joint, axis] = np.interp(every, there, joints[there, joint, axis])
    if (never := ~known.any(0)).any():
        whole[:, never] = np.nanmean(whole[:, ~never], axis=1, keepdims=True)
    return whole
