"""Which frames to show: few, but of many different poses."""

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datamodel import Poses
from canonpose.errors import InputError


def whole_frames(poses: Poses) -> Bool[np.ndarray, "frame"]:
    """Frames [frame] whose every joint is finite, in the camera and in the canonical frame."""
    arrays = (poses.positions, poses.canonical)
    return np.logical_and(*(np.isfinite(array).all((-2, -1)) for array in arrays))


def farthest_points(points: Float[np.ndarray, "sample value"], count: int) -> list[int]:
    """Samples that are far from each other: each next one is the farthest from those before.

    The first one is the nearest to the mean of all (Gonzalez, 1985, but for the start). Copies of
    a chosen sample are never chosen, so there may be fewer than ``count``.

    Parameters
    ----------
    points : array [sample, value]
        Finite.
    count : int
        How many at most.

    Returns
    -------
    list of int
        Indices, in the order of choice.
    """
    if not len(points) or count < 1:
        return []
    chosen = [int(((points - points.mean(0)) ** 2).sum(-1).argmin())]
    distance = ((points - points[chosen[0]]) ** 2).sum(-1)
    while len(chosen) < count and distance.max() > 0:
        chosen.append(int(distance.argmax()))
        distance = np.minimum(distance, ((points - points[chosen[-1]]) ** 2).sum(-1))
    return chosen


def spread_frames(poses: Poses, count: int) -> list[int]:
    """Frames of one recording that are spread over the space of its canonical poses.

    Parameters
    ----------
    poses : Poses
        Frames with NaN are never chosen.
    count : int
        How many at most.

    Returns
    -------
    list of int
        In the order of time.

    Raises
    ------
    InputError
        If no frame is whole.
    """
    usable = np.flatnonzero(whole_frames(poses))
    if not len(usable):
        raise InputError(
            f"{poses.source or poses.camera or 'the poses'}: no frame has all its joints, so there "
            f"is nothing to draw; check the file."
        )
    canonical = poses.canonical[usable].reshape(len(usable), -1).astype(np.float64)
    return sorted(int(usable[place]) for place in farthest_points(canonical, count))
