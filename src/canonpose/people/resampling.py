"""When frames were taken, and a person's detections at other moments than those of the frames."""

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints
from canonpose.people.detections import Detections

LONGEST_STEP = 1.9
"""Median steps between two frames; where they lie further apart, a frame is missing between them,
and nothing is known of what happened there."""
EXACT = 1e-6
"""Steps; a moment so close to a frame is that frame's."""


def clock_of(
    recording: Detections | Keypoints, rate: float, *, own: bool = True
) -> Float[np.ndarray, " frame"]:
    """Seconds of each frame since the camera's first, by the file's ``own`` times if it has any."""
    if own and recording.times is not None:
        return recording.times.astype(np.float64) - float(recording.times[0])
    return np.arange(len(recording)) / rate


def resampled(
    seen: Float[np.ndarray, "frame *person joint 3"],
    times: Float[np.ndarray, " frame"],
    moments: Float[np.ndarray, " moment"],
) -> Float[np.ndarray, "moment *person joint 3"]:
    """Detections (x, y, score) at any moments, by linear interpolation in time.

    Only between two neighbouring frames that both see the joint, never across a gap; the score is
    the smaller of the two. A moment that is a frame's takes it as it is. Elsewhere NaN, score 0.

    Parameters
    ----------
    seen : array
        Frame by frame; a missing joint has score 0.
    times : array
        Seconds, increasing.
    moments : array
        Seconds on the same clock, in any order.
    """
    if len(times) == 1:
        before, share = np.zeros(len(moments), dtype=int), (moments - times[0]) / EXACT
        step = np.ones(1)
    else:
        steps = np.diff(times)
        before = np.clip(np.searchsorted(times, moments, side="right") - 1, 0, len(steps) - 1)
        step = steps[before]
        share = (moments - times[before]) / step
    after = np.minimum(before + 1, len(times) - 1)
    first, second = np.abs(share) <= EXACT, np.abs(share - 1) <= EXACT
    inside = (share > 0) & (share < 1) & (step <= LONGEST_STEP * np.median(step_lengths(times)))
    axes = (slice(None), *(None,) * (seen.ndim - 1))
    low, high = seen[before], seen[after]
    mixed = low + (high - low) * share[axes].astype(seen.dtype)
    mixed[..., 2] = np.minimum(low[..., 2], high[..., 2])
    both = (low[..., 2] > 0) & (high[..., 2] > 0)
    known = inside[axes[:-1]] & both
    mixed[~known] = (np.nan, np.nan, 0)
    mixed[first], mixed[second & ~first] = low[first], high[second & ~first]
    return mixed


def step_lengths(times: Float[np.ndarray, " frame"]) -> Float[np.ndarray, " step"]:
    """Seconds from each frame to the next; a second where there is one frame alone."""
    return np.diff(times) if len(times) > 1 else np.ones(1)
