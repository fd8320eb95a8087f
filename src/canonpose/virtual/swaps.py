"""Left limbs taken for right ones, as detectors do without losing confidence."""

import numpy as np
from jaxtyping import Bool, Float

from canonpose.skeleton import Skeleton
from canonpose.skeleton.limbs import paired_limbs

View = Float[np.ndarray, "view frame joint 2"]
Scores = Float[np.ndarray, "view frame joint"]


def swapped(
    positions: View,
    scores: Scores,
    skeleton: Skeleton,
    fps: float,
    share: float,
    seconds: float,
    random: np.random.Generator,
) -> tuple[View, Scores]:
    """Take arms and legs now and then for each other, positions and confidences alike.

    Parameters
    ----------
    positions : array [view, frame, detected joint, 2]
    scores : array [view, frame, detected joint]
    skeleton : Skeleton
    fps : float
        Frames per second.
    share : float
        Of the frames, for each pair of limbs and view.
    seconds : float
        Mean length of a swap; a frame at least.
    random : Generator
    """
    positions, scores = positions.copy(), scores.copy()
    for limb in paired_limbs(skeleton, skeleton.detected):
        lefts, rights = limb.T
        state = _spells(random, positions.shape[:2], share, seconds * fps)
        for array in (positions, scores):
            left, right = array[:, :, lefts], array[:, :, rights]
            chosen = state.reshape(*state.shape, *(1,) * (array.ndim - 2))
            array[:, :, lefts] = np.where(chosen, right, left)
            array[:, :, rights] = np.where(chosen, left, right)
    return positions, scores


def _spells(
    random: np.random.Generator, shape: tuple[int, ...], share: float, frames: float
) -> Bool[np.ndarray, "view frame"]:
    """Random spells of a mean length that together take up a share of the time."""
    views, length = shape
    end = 1 / max(frames, 1.0)
    begin = min(share / max(1 - share, 1e-9) * end, 1.0)
    chance = random.random((length, views))
    state = np.empty((length, views), dtype=bool)
    now = random.random(views) < share
    for frame in range(length):
        now = np.where(now, chance[frame] >= end, chance[frame] < begin)
        state[frame] = now
    return state.T
