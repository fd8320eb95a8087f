"""Where P-MPJPE and CP disagree: two reconstructions of one pose (section 4.1).

The one has the lower mean error, but some joint is far off, so that it is not a correct pose
(Eq. 9); the other has the higher mean error, and every joint is near enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from canonpose.metrics.correct_poses import CP_THRESHOLD, worst_joint
from canonpose.metrics.joint_errors import rigid_aligned_errors

Errors = Float[np.ndarray, "frame joint"]
Frames = Bool[np.ndarray, "frame"]


@dataclass(frozen=True)
class PosePair:
    """Two reconstructions of one pose, of which the mean error and the worst joint disagree."""

    frame: int
    lower: int
    """Which of the two has the lower P-MPJPE: 0 is the first, 1 the second."""
    p_mpjpe: tuple[float, float]
    """In mm: of the one with the lower P-MPJPE, and of the other."""
    worst: tuple[float, float]
    """In mm, in the same order: the error of the worst joint."""

    @property
    def thresholds(self) -> tuple[float, float]:
        """CP calls only the second one correct above the first number and up to the second."""
        return self.worst[1], self.worst[0]


@dataclass(frozen=True)
class PosePairs:
    """The pairs of two methods over the same frames."""

    pairs: tuple[PosePair, ...]
    """The largest difference between the worst joints first."""
    nearest: PosePair | None
    """Where there are no pairs: the one that is a pair at the nearest threshold, if any is."""
    threshold: float
    """In mm."""


def find_pose_pairs(first: Errors, second: Errors, *, threshold: float = CP_THRESHOLD) -> PosePairs:
    """Frames in which the better mean error goes with the worse CP, either way round.

    These are frames with ``p_lower < p_higher`` and
    ``worst_lower >= threshold > worst_higher``; strictly less is correct, by Eq. 9.

    Parameters
    ----------
    first, second : array [frame, joint]
        Errors in mm of two methods after rigid alignment, over the same joints. A frame counts
        where both have the same joints, and at least one.
    threshold : float
        In mm.
    """
    same = (np.isfinite(first) == np.isfinite(second)).all(-1) & np.isfinite(first).any(-1)
    mean = np.stack([_mean(first), _mean(second)])
    worst = np.stack([worst_joint(first), worst_joint(second)])
    lower = (mean[1] < mean[0]).astype(np.int64)
    frames = np.arange(first.shape[0])
    mean_low, mean_high = mean[lower, frames], mean[1 - lower, frames]
    worst_low, worst_high = worst[lower, frames], worst[1 - lower, frames]
    disagree = same & (mean_low < mean_high) & (worst_low > worst_high)

    def pair(frame: int) -> PosePair:
        return PosePair(
            frame=frame,
            lower=int(lower[frame]),
            p_mpjpe=(float(mean_low[frame]), float(mean_high[frame])),
            worst=(float(worst_low[frame]), float(worst_high[frame])),
        )

    found = np.flatnonzero(disagree & (worst_low >= threshold) & (worst_high < threshold))
    found = found[np.argsort((worst_high - worst_low)[found], kind="stable")]
    if len(found) or not disagree.any():
        return PosePairs(tuple(map(pair, found.tolist())), None, threshold)
    off = np.maximum(threshold - worst_low, worst_high - threshold)
    nearest = pair(int(np.where(disagree, off, np.inf).argmin()))
    return PosePairs((), nearest, threshold)


def of_different_poses(
    pairs: Sequence[PosePair],
    references: Float[np.ndarray, "frame joint 3"],
    *,
    apart: float,
    most: int,
) -> list[PosePair]:
    """The first pairs whose poses are not nearly the same as one before.

    Parameters
    ----------
    pairs : sequence of PosePair
    references : array [frame, joint, 3]
        The true poses in mm, in any frames; NaN where not known.
    apart : float
        The mean distance of joints in mm, after rigid alignment, from which poses differ.
    most : int
        How many at most.
    """
    kept: list[PosePair] = []
    left = list(pairs)
    while left and len(kept) < most:
        kept.append(left[0])
        others = references[[pair.frame for pair in left]]
        same = np.broadcast_to(references[kept[-1].frame], others.shape)
        distance = _mean(rigid_aligned_errors(others, same))
        left = [pair for pair, far in zip(left[1:], distance[1:], strict=True) if not far < apart]
    return kept


def _mean(errors: Errors) -> Float[np.ndarray, "frame"]:
    """Each frame's P-MPJPE; NaN, without a warning, where it has none."""
    counts = np.isfinite(errors).sum(-1)
    return np.where(counts > 0, np.nansum(errors, -1) / np.maximum(counts, 1), np.nan)
