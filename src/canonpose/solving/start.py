"""Perspective cameras to start from, out of a weak-perspective solution."""

import numpy as np
from jaxtyping import Float

from canonpose.solving.pinholes import Pinholes, Points
from canonpose.solving.weak import WeakPoses

TURNS = 20


def perspective_start(
    weak: WeakPoses,
    rotations: Float[np.ndarray, "view 3 3"],
    middles: Float[np.ndarray, "view 2"],
    focals: Float[np.ndarray, " view"],
) -> tuple[Pinholes, Points]:
    """Place static cameras and the subject by where and how large each view shows the subject.

    A view of scale s has the subject's middle at depth ``focal / s``, on the ray of its offset. The
    cameras' translations and the subject's places are those that agree best with that, in the
    median over moments.

    Parameters
    ----------
    weak : WeakPoses
        Whose poses are all of one size.
    rotations : array [view, 3, 3]
        From the world to each camera.
    middles : array [view, 2]
        Principal points, in pixels.
    focals : array [view]
        Pixels.

    Returns
    -------
    cameras : Pinholes
    places : array [frame, 3]
        The origin of each moment's points in the world, whose own is in their middle; NaN where no
        view sees it.
    """
    depths = focals[:, None] / weak.scales
    rays = (weak.offsets - middles[:, None]) / focals[:, None, None]
    there = np.concatenate([rays * depths[..., None], depths[..., None]], axis=-1)
    turned = np.einsum("vba,vfb->vfa", rotations, there)
    known = np.isfinite(turned).all(-1)
    turned = np.where(known[..., None], turned, np.nan)
    shifts = np.zeros((len(rotations), 3))
    places = np.full(turned.shape[1:], np.nan)
    some = known.any(0)
    for _ in range(TURNS):
        places[some] = np.nanmean((turned - shifts[:, None])[:, some], axis=0)
        shifts = np.nanmedian(turned - places, axis=1)
        shifts -= shifts[0]
    middle = np.nanmedian(places, axis=0)
    shifts, places = shifts + middle, places - middle
    return (
        Pinholes(
            rotations,
            np.einsum("vab,vb->va", rotations, shifts),
            focals,
            middles,
            np.zeros(len(focals)),
        ),
        places,
    )
