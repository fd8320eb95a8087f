"""How a person moves in one image, as signals that two cameras can be compared by."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import gaussian_filter1d

from canonpose.people.resampling import resampled
from canonpose.people.tracks import body_sizes

FASTEST = 0.04
"""Seconds (standard deviation of a Gaussian); faster changes are the detector's jitter."""
SLOWEST = 0.5
"""Seconds; slower changes are a pose that is kept, which is alike at many moments."""
LEAST_KNOWN = 0.5
"""A joint counts at a moment if it is seen in so much of its neighbourhood."""


@dataclass(frozen=True, eq=False)
class Signals:
    """Where a body's joints are in the image around its middle, the fastest changes left out."""

    values: Float[np.ndarray, "sample joint 2"]
    """Body sizes (the box's diagonal, median over the clip); 0 where unknown."""
    weights: Float[np.ndarray, "sample joint"]
    """Confidence, 1 on average where a joint is known (detectors' scales differ), else 0."""
    rate: float
    """Samples a second; sample k is k / rate seconds after the camera's first frame."""

    def __len__(self) -> int:
        return len(self.values)

    def changes(self) -> "Signals":
        """Without the slow changes, each joint's running mean.

        At the ends of a clip or a gap that mean looks to one side alone, which another camera's,
        whose clip begins elsewhere, does not do: good for finding a shift roughly.
        """
        slow = _smoothed(self.values, self.weights, SLOWEST * self.rate)
        known = self.weights > 0
        return replace(self, values=np.where(known[..., None], self.values - slow, 0))


def motion_signals(
    seen: Float[np.ndarray, "frame joint 3"], times: Float[np.ndarray, " frame"], rate: float
) -> Signals:
    """The signals of one track.

    Parameters
    ----------
    seen : array
        (x, y, score); a missing joint has score 0.
    times : array
        Seconds since the camera's first frame.
    rate : float
        Samples a second of the result.
    """
    samples = int(np.floor(times[-1] * rate + 1e-6)) + 1
    even = resampled(seen.astype(np.float64), times, np.arange(samples) / rate)
    known = even[..., 2] > 0
    weights = np.where(known, even[..., 2], 0)
    weights = weights / (weights[known].mean() if known.any() else 1)
    sizes = body_sizes(even)
    size = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 1.0
    positions = np.where(known[..., None], even[..., :2], 0)
    total = np.maximum(weights.sum(1), 1e-9)[:, None, None]
    middle = (positions * weights[..., None]).sum(1, keepdims=True) / total
    positions = np.where(known[..., None], positions - middle, 0) / max(size, 1e-6)
    smooth = _smoothed(positions, weights, FASTEST * rate)
    there = known & (_share_known(known, FASTEST * rate) > LEAST_KNOWN)
    return Signals(np.where(there[..., None], smooth, 0), np.where(there, weights, 0), rate)


def _smoothed(
    values: Float[np.ndarray, "sample joint 2"],
    weights: Float[np.ndarray, "sample joint"],
    width: float,
) -> Float[np.ndarray, "sample joint 2"]:
    """The weighted mean around every sample; unknown ones do not count."""
    above = gaussian_filter1d(values * weights[..., None], width, axis=0, mode="constant")
    below = gaussian_filter1d(weights, width, axis=0, mode="constant")
    return above / np.maximum(below, 1e-6)[..., None]


def _share_known(
    known: Bool[np.ndarray, "sample joint"], width: float
) -> Float[np.ndarray, "sample joint"]:
    """How much of every sample's neighbourhood is known; a half at either end of the clip."""
    return gaussian_filter1d(known.astype(np.float64), width, axis=0, mode="constant")
