"""The focal length of uncalibrated cameras, from what they saw together.

Two cameras that look at the same person from equal distances do not tell it: every focal length
explains their epipolar lines. More cameras do, since their pairs must fit each other; and so does
the person, whose bones keep their lengths.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from canonpose.baselines.chain import Matches, chained_cameras
from canonpose.skeleton import Skeleton
from canonpose.solving.rig_views import RigViews

SHARES = tuple(np.geomspace(0.45, 3.0, 10).tolist())
"""Focal lengths that are tried first, as shares of the image's longer side: fields of view from 96
to 19 degrees."""
GOLDEN_STEPS = 9
"""Each leaves 0.62 of the interval: 0.5 % of the focal length at the end."""


def estimate_focal(views: RigViews, matches: Matches, skeleton: Skeleton, seed: int = 0) -> float:
    """The focal length that makes the cameras agree best, as a share of the image's longer side.

    One for all cameras. With three or more it is the one of the smallest median reprojection error,
    with two the one under which bones change their lengths least.

    Parameters
    ----------
    views : RigViews
        The frames that decide.
    matches : mapping
        As `common_joints` gives.
    skeleton : Skeleton
        Of the views' joints, all detected.
    seed : int
        Of the robust estimation.
    """

    def misfit(logarithm: float) -> float:
        share = float(np.exp(logarithm))
        focals = [share * max(size) for size in views.sizes]
        cameras = chained_cameras(views, matches, focals, seed)
        if len(cameras) < 2:
            return np.inf
        found = views.triangulated(cameras)
        if len(cameras) == 2:
            return bone_variation(found.positions, skeleton)
        # A camera that cannot be placed must not make the rest look better.
        return float(np.nanmedian(found.error)) * len(views.cameras) / len(cameras)

    trials = np.log(SHARES)
    best = int(np.argmin([misfit(trial) for trial in trials]))
    low, high = trials[max(best - 1, 0)], trials[min(best + 1, len(trials) - 1)]
    return float(np.exp(_golden_section(misfit, low, high)))


def bone_variation(points: Float[np.ndarray, "frame joint 3"], skeleton: Skeleton) -> float:
    """How much bones change their lengths: the median deviation from the median length, relative to
    it, as the mean over bones; infinite where there is no bone.

    Parameters
    ----------
    points : array [frame, joint, 3]
        Any frame and unit, NaN where missing.
    skeleton : Skeleton
    """
    deviations = []
    for parent, child in skeleton.bone_indices:
        length = np.linalg.norm(points[:, parent] - points[:, child], axis=-1)
        length = length[np.isfinite(length)]
        if len(length):
            middle = np.median(length)
            deviations.append(np.median(np.abs(length - middle)) / middle)
    return float(np.mean(deviations)) if deviations else np.inf


def _golden_section(misfit: Callable[[float], float], low: float, high: float) -> float:
    """The place of the minimum of a function with one minimum between two places."""
    ratio = (np.sqrt(5) - 1) / 2
    inner, outer = high - ratio * (high - low), low + ratio * (high - low)
    at_inner, at_outer = misfit(inner), misfit(outer)
    for _ in range(GOLDEN_STEPS):
        if at_inner <= at_outer:
            high, outer, at_outer = outer, inner, at_inner
            inner = high - ratio * (high - low)
            at_inner = misfit(inner)
        else:
            low, inner, at_inner = inner, outer, at_outer
            outer = low + ratio * (high - low)
            at_outer = misfit(outer)
    return (low + high) / 2
