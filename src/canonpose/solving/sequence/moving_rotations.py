"""How moving cameras are turned, moment by moment, as a trained lifter sees it.

As in `canonpose.solving.rotations`, relative rotations of views of one moment do not depend on the
lifter's canonical frame. Where cameras move they differ from moment to moment, but smoothly: each
pair takes their robust mean under a window of time.
"""

from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float
from numpy.lib.stride_tricks import sliding_window_view
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.solving.rotations import nearest_rotation

MEAN_STEPS = 8
SMALLEST_ANGLE = 0.02
"""Radians; a rotation that is closer to the mean than this weighs no more for it."""

Turning = Float[np.ndarray, "view moment 3 3"]


def moving_rotations(
    rotations: Turning,
    weights: Float[np.ndarray, "view moment"],
    joined: Bool[np.ndarray, " link"],
    width: float,
) -> Turning:
    """A rotation for each camera at each moment, in a frame in which they turn least.

    Parameters
    ----------
    rotations : array [view, moment, 3, 3]
        From the lifter's canonical frame to each camera's; NaN where a view cannot be lifted.
    weights : array [view, moment]
        Confidences, 0 where a view cannot be lifted.
    joined : array [moment - 1]
        Whether a moment follows the one before in the same take.
    width : float
        Standard deviation of the window, in moments.

    Returns
    -------
    array [view, moment, 3, 3]
        From a common frame to each camera's. The frame is that of the first camera at the first
        moment of every take; from moment to moment the cameras' mean turn in it is none.

    Raises
    ------
    InputError
        If two groups of cameras share no moment.
    """
    views, moments = weights.shape
    pairs = np.zeros((moments, views, views, 3, 3))
    shares = np.zeros((moments, views, views))
    known = np.where((weights > 0)[..., None, None], rotations, np.eye(3))
    take = np.concatenate([[0], np.cumsum(~joined)])
    for one, other in combinations(range(views), 2):
        relative = known[other] @ known[one].swapaxes(-1, -2)
        mean, share = _window_means(relative, weights[one] * weights[other], take, width)
        pairs[:, other, one], pairs[:, one, other] = mean, mean.swapaxes(-1, -2)
        shares[:, one, other] = shares[:, other, one] = share
    lonely = np.flatnonzero((shares.sum(1) <= 0).any(0))
    if len(lonely):
        raise InputError(
            f"camera {lonely[0] + 1} of the rig shares no moment of a take with another in which "
            f"the person can be lifted; leave it out."
        )
    return _least_turning(_reconciled(pairs, shares), joined)


def _window_means(
    rotations: Float[np.ndarray, "moment 3 3"],
    weights: Float[np.ndarray, " moment"],
    take: np.ndarray,
    width: float,
) -> tuple[Float[np.ndarray, "moment 3 3"], Float[np.ndarray, " moment"]]:
    """Geodesic medians under a Gaussian window, and the weights that they rest on."""
    reach = max(1, round(3 * width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    padded = np.pad(rotations, ((reach, reach), (0, 0), (0, 0)), mode="edge")
    around = np.moveaxis(sliding_window_view(padded, 2 * reach + 1, axis=0), -1, 1)
    seen = sliding_window_view(np.pad(weights, reach), 2 * reach + 1)
    same = sliding_window_view(np.pad(take, reach, constant_values=-1), 2 * reach + 1)
    shares = seen * kernel * (same == take[:, None])
    # Where a window shows nothing, the moment before or after must do.
    total = shares.sum(1)
    mean = nearest_rotation(np.einsum("fw,fwab->fab", shares, around) + 1e-12 * np.eye(3))
    for _ in range(MEAN_STEPS):
        away = around @ mean[:, None].swapaxes(-1, -2)
        turns = Rotation.from_matrix(away.reshape(-1, 3, 3)).as_rotvec().reshape(*shares.shape, 3)
        pull = shares / np.maximum(np.linalg.norm(turns, axis=-1), SMALLEST_ANGLE)
        step = np.einsum("fw,fwa->fa", pull, turns) / np.maximum(pull.sum(1), 1e-12)[:, None]
        mean = Rotation.from_rotvec(step).as_matrix() @ mean
    return mean, total


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
    flip = np.linalg.det(blocks[:, 0]) < 0
    blocks[flip, ..., 0] *= -1
    cameras = nearest_rotation(blocks)
    return (cameras @ cameras[:, :1].swapaxes(-1, -2)).swapaxes(0, 1)


def _least_turning(rotations: Turning, joined: Bool[np.ndarray, " link"]) -> Turning:
    """The same in a frame of every moment such that cameras turn least from the one before."""
    steady = rotations.copy()
    for moment in np.flatnonzero(joined) + 1:
        back = steady[:, moment].swapaxes(-1, -2) @ steady[:, moment - 1]
        steady[:, moment] = steady[:, moment] @ nearest_rotation(back.sum(0))
    return steady
