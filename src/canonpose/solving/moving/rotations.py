"""How moving cameras are turned, moment by moment, as a trained lifter sees it.

As in `canonpose.solving.rotations`, relative rotations of views of one moment do not depend on the
lifter's canonical frame. Where cameras move they differ from moment to moment, but smoothly: each
pair takes their robust mean under a window of time.
"""

from itertools import combinations

import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view

from canonpose.geometry.rotation_means import geodesic_medians, nearest_rotation, synchronised
from canonpose.solving.rotations import check_linked

STEPS = 6
REACH = 2.5
"""Standard deviations of a window to either side."""
LITTLE = 1e-4
"""Share of the fullest window's weight, below which a window shows nothing."""
SMALLEST_ANGLE = 0.02
"""Radians; a rotation that is closer to the mean than this weighs no more for it."""

Turning = Float[np.ndarray, "view moment 3 3"]


def moving_rotations(
    rotations: Turning, weights: Float[np.ndarray, "view moment"], width: float
) -> Turning:
    """A rotation for each camera at each moment of a take, in a frame in which they turn least.

    Parameters
    ----------
    rotations : array [view, moment, 3, 3]
        From the lifter's canonical frame to each camera's; NaN where a view cannot be lifted.
    weights : array [view, moment]
        Confidences, 0 where a view cannot be lifted.
    width : float
        Standard deviation of the window, in moments.

    Returns
    -------
    array [view, moment, 3, 3]
        From a common frame to each camera's. The frame is that of the first camera at the first
        moment; from moment to moment the cameras' mean turn in it is none.

    Raises
    ------
    InputError
        If a camera shares no moment with the others.
    """
    views, moments = weights.shape
    pairs = np.zeros((moments, views, views, 3, 3))
    shares = np.zeros((moments, views, views))
    known = np.where((weights > 0)[..., None, None], rotations, np.eye(3))
    for one, other in combinations(range(views), 2):
        both = weights[one] * weights[other]
        if not both.any():
            continue
        relative = known[other] @ known[one].swapaxes(-1, -2)
        mean, share = _window_means(relative, both, width)
        pairs[:, other, one], pairs[:, one, other] = mean, mean.swapaxes(-1, -2)
        shares[:, one, other] = shares[:, other, one] = share
    check_linked(shares.sum(0))
    return _least_turning(synchronised(pairs, shares).swapaxes(0, 1))


def _window_means(
    rotations: Float[np.ndarray, "moment 3 3"], weights: Float[np.ndarray, " moment"], width: float
) -> tuple[Float[np.ndarray, "moment 3 3"], Float[np.ndarray, " moment"]]:
    """Geodesic medians under a Gaussian window, and the weights that they rest on.

    Where a window shows nothing, the nearest one that does stands in, with little weight.
    """
    reach = max(1, round(REACH * width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    padded = np.pad(rotations, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    around = np.moveaxis(sliding_window_view(padded, 2 * reach + 1, axis=0), -1, 1)
    shares = sliding_window_view(np.pad(weights, reach), 2 * reach + 1) * kernel
    total = shares.sum(1)
    full = np.flatnonzero(total > LITTLE * total.max())
    mean = geodesic_medians(around[full], shares[full], steps=STEPS, smallest_angle=SMALLEST_ANGLE)
    nearest = np.abs(np.arange(len(total))[:, None] - full).argmin(1)
    return mean[nearest], np.maximum(total, LITTLE * total.max())


def _least_turning(rotations: Turning) -> Turning:
    """The same in a frame of every moment such that cameras turn least from the one before."""
    steady = rotations.copy()
    for moment in range(1, steady.shape[1]):
        back = steady[:, moment].swapaxes(-1, -2) @ steady[:, moment - 1]
        steady[:, moment] = steady[:, moment] @ nearest_rotation(back.sum(0))
    return steady
