"""How moving cameras are turned, moment by moment, as a trained lifter sees it.

As in `canonpose.solving.rotations`, relative rotations of views of one moment do not depend on the
lifter's canonical frame. Where cameras move they differ from moment to moment, but smoothly: each
pair takes their robust mean under a window of time.
"""

from itertools import combinations

import numpy as np
from jaxtyping import Float
from numpy.lib.stride_tricks import sliding_window_view
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.solving.rotations import nearest_rotation

MEAN_STEPS = 6
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
    if (lonely := np.flatnonzero(shares.sum((0, 1)) == 0)).size:
        raise InputError(
            f"camera {lonely[0] + 1} of the rig shares no moment with another in which the person "
            f"can be lifted; leave it out."
        )
    return _least_turning(_reconciled(pairs, shares))


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
    mean = _medians(around[full], shares[full])
    nearest = np.abs(np.arange(len(total))[:, None] - full).argmin(1)
    return mean[nearest], np.maximum(total, LITTLE * total.max())


def _medians(
    around: Float[np.ndarray, "moment window 3 3"], shares: Float[np.ndarray, "moment window"]
) -> Float[np.ndarray, "moment 3 3"]:
    """Weiszfeld's algorithm on SO(3), for all windows at once."""
    mean = nearest_rotation(np.einsum("fw,fwab->fab", shares, around))
    for _ in range(MEAN_STEPS):
        away = around @ mean[:, None].swapaxes(-1, -2)
        turns = Rotation.from_matrix(away.reshape(-1, 3, 3)).as_rotvec().reshape(*shares.shape, 3)
        pull = shares / np.maximum(np.linalg.norm(turns, axis=-1), SMALLEST_ANGLE)
        step = np.einsum("fw,fwa->fa", pull, turns) / pull.sum(1)[:, None]
        mean = Rotation.from_rotvec(step).as_matrix() @ mean
    return mean


def _reconciled(
    pairs: Float[np.ndarray, "moment view view 3 3"], weights: Float[np.ndarray, "moment view view"]
) -> Turning:
    """Rotations whose relative ones are closest to those of the pairs: the spectrum of all."""
    moments, views = weights.shape[:2]
    root = np.sqrt(weights.sum(2))
    normed = weights / (root[:, :, None] * root[:, None, :])
    system = (normed[..., None, None] * pairs).swapaxes(2, 3).reshape(moments, 3 * views, -1)
    _, vectors = np.linalg.eigh((system + system.swapaxes(1, 2)) / 2)
    blocks = vectors[..., -3:].reshape(moments, views, 3, 3)
    blocks[np.linalg.det(blocks[:, 0]) < 0, ..., 0] *= -1
    cameras = nearest_rotation(blocks)
    return (cameras @ cameras[:, :1].swapaxes(-1, -2)).swapaxes(0, 1)


def _least_turning(rotations: Turning) -> Turning:
    """The same in a frame of every moment such that cameras turn least from the one before."""
    steady = rotations.copy()
    for moment in range(1, steady.shape[1]):
        back = steady[:, moment].swapaxes(-1, -2) @ steady[:, moment - 1]
        steady[:, moment] = steady[:, moment] @ nearest_rotation(back.sum(0))
    return steady
