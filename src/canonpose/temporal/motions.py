"""Solved footage as motion that can be filmed anew."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.signal import butter, sosfiltfilt

from canonpose.datamodel import ASSUMED_FPS
from canonpose.inference.body_scale import body_size
from canonpose.skeleton import Skeleton
from canonpose.solving.solved import Solved, SolvedTake
from canonpose.virtual.motion import Motion

BODY = 1.7
"""Metres that a body height is filmed as; only distances and the picture's edges depend on it."""
CUTOFF = 6.0
"""Hertz. What is faster in solved footage is taken for the detector's trembling, as usual in
biomechanics (fourth order, no delay)."""
TO_Y_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""From the solved world, z up, to that of virtual cameras."""
SURE = 0.02
"""Body heights; joints that are known better than this count nearly fully."""


@dataclass(frozen=True, eq=False)
class SolvedMotion:
    """One solved take: its motion, and how much each joint of each frame may teach."""

    motion: Motion
    """Body heights of `BODY`, y up."""
    weights: Float[np.ndarray, "frame joint"]
    """1 where surely known, towards 0 where not."""


def solved_motions(solved: Solved) -> list[SolvedMotion]:
    """Every take of a solution, smoothed, in body heights."""
    return [_motion_of(take, solved.skeleton) for take in solved.takes]


def _motion_of(take: SolvedTake, skeleton: Skeleton) -> SolvedMotion:
    sizes, _ = body_size(torch.from_numpy(take.positions), skeleton)
    size = float(sizes.nanmedian())
    fps = take.fps or ASSUMED_FPS
    positions = smoothed(take.positions / size, fps)
    sigma = np.where(take.valid, take.sigma / size, np.inf)
    motion = Motion(take.name, BODY * positions @ TO_Y_UP.T, skeleton, fps, source=take.name)
    return SolvedMotion(motion, SURE**2 / (SURE**2 + sigma**2))


def smoothed(
    positions: Float[np.ndarray, "frame joint 3"], fps: float, cutoff: float = CUTOFF
) -> Float[np.ndarray, "frame joint 3"]:
    """Trajectories without what is faster than a cut-off frequency; gaps stay gaps.

    A take that is too short for the filter stays as it is.
    """
    sos = butter(2, min(cutoff, 0.49 * fps), fs=fps, output="sos")
    padding = 3 * (2 * len(sos) + 1)
    if len(positions) <= padding:
        return positions
    flat = positions.reshape(len(positions), -1)
    known = np.isfinite(flat)
    frames = np.arange(len(flat))
    bridged = np.zeros_like(flat)
    for column in np.flatnonzero(known.any(0)):
        there = known[:, column]
        bridged[:, column] = np.interp(frames, frames[there], flat[there, column])
    filtered = sosfiltfilt(sos, bridged, axis=0, padlen=padding)
    return np.where(known, filtered, np.nan).reshape(positions.shape)
