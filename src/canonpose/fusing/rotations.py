"""How the cameras of a take are turned at every moment, as a lifter sees it."""

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.fusing.lifted import LiftedTake
from canonpose.geometry.rotation_means import nearest_rotation
from canonpose.solving.rotations import consensus_rotations

EveryRotation = Float[np.ndarray, "view frame 3 3"]


def static_rotations(take: LiftedTake) -> EveryRotation:
    """One rotation a camera, from the first camera's frame: the robust mean over all moments.

    Raises
    ------
    InputError
        If a camera shares no moment with the others.
    """
    weights = take.weights
    seen = weights > 0
    for view, camera in enumerate(take.cameras):
        if not (seen[view] & (seen.sum(0) > 1)).any():
            raise InputError(
                f"camera {camera!r} shows the person at no moment at which another camera does; "
                f"leave it out, or check that the views are synchronised."
            )
    cameras, _ = consensus_rotations(take.rotations, weights)
    return np.broadcast_to(cameras[:, None], take.rotations.shape)


def moving_rotations(take: LiftedTake, reach: int) -> EveryRotation:
    """One rotation for every view of every moment, from a frame of that moment's own.

    The lifter's rotations of one moment share its canonical frame already. What two cameras are
    turned by is averaged over neighbouring moments (chordal mean), and each camera then takes the
    mean of what the others say of it.

    Parameters
    ----------
    take : LiftedTake
    reach : int
        Moments before and after that count; 0 takes every moment by itself.

    Returns
    -------
    array [view, frame, 3, 3]
        NaN where a view cannot be lifted.
    """
    own, weights = np.nan_to_num(take.rotations), take.weights
    usable = take.usable
    if reach > 0:
        both = weights[:, None] * weights[None]
        relative = np.einsum("bfik,afjk->abfij", own, own) * both[..., None, None]
        means = nearest_rotation(_window_sum(relative, reach))
        said = np.einsum("abfij,afjk->abfik", means, own)
        own = nearest_rotation((said * _window_sum(both, reach)[..., None, None]).sum(0))
    return np.where(usable[..., None, None], own, np.nan)


def _window_sum(
    values: Float[np.ndarray, "view view frame ..."], reach: int
) -> Float[np.ndarray, "view view frame ..."]:
    """Sums over the frames that are at most so far away."""
    total = np.cumsum(np.pad(values, [(0, 0)] * 2 + [(1, 0)] + [(0, 0)] * (values.ndim - 3)), 2)
    frames = np.arange(values.shape[2])
    last = np.minimum(frames + reach + 1, len(frames))
    return total[:, :, last] - total[:, :, np.maximum(frames - reach, 0)]
