"""How the cameras of a rig are turned, as a trained lifter sees it: robust means on SO(3).

A lifter gives every view of every moment a rotation from its canonical frame. Two views of one
moment share that frame, so their relative rotation does not depend on it. Where cameras stand
still, it is the same at all moments.
"""

from itertools import combinations

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.geometry.rotation_means import geodesic_medians, nearest_rotation, synchronised

STEPS = 50
SWEEPS = 20
SMALLEST_ANGLE = 1e-3
"""Radians; a rotation that is closer to the mean than this weighs no more for it."""


def consensus_rotations(
    rotations: Float[np.ndarray, "view frame 3 3"], weights: Float[np.ndarray, "view frame"]
) -> tuple[Float[np.ndarray, "view 3 3"], Float[np.ndarray, " view"]]:
    """One rotation for each camera, in the frame of the first.

    Every pair of cameras has the robust mean of its relative rotations over all moments that both
    see; the pairs are then reconciled, first by the spectrum of all of them at once, then camera by
    camera as the robust mean of what its pairs say.

    Parameters
    ----------
    rotations : array [view, frame, 3, 3]
        From the lifter's canonical frame to each camera's; NaN where a view cannot be lifted.
    weights : array [view, frame]
        Confidences, 0 where a view cannot be lifted. A pair counts by their product.

    Returns
    -------
    rotations : array [view, 3, 3]
        From the first camera's frame to each camera's.
    spread : array [view]
        Median angle in degrees by which the moments' relative rotations are off these.

    Raises
    ------
    InputError
        If a camera shares no moment with the others.
    """
    views = len(rotations)
    pairs, pair_weights = np.zeros((views, views, 3, 3)), np.zeros((views, views))
    for first, second in combinations(range(views), 2):
        both = np.flatnonzero(weights[first] * weights[second])
        if not len(both):
            continue
        relative = rotations[second, both] @ rotations[first, both].swapaxes(-1, -2)
        confidence = weights[first, both] * weights[second, both]
        mean = _robust_mean(relative, confidence)
        pairs[second, first], pairs[first, second] = mean, mean.T
        pair_weights[first, second] = pair_weights[second, first] = confidence.sum()
    check_linked(pair_weights)
    cameras = _reconciled(pairs, pair_weights)
    return cameras, _spread(rotations, weights, cameras)


def check_linked(weights: Float[np.ndarray, "view view"]) -> None:
    """Refuse cameras that are in no pair: all of their weights are 0.

    Raises
    ------
    InputError
        If there is one.
    """
    if (lonely := np.flatnonzero(weights.sum(0) == 0)).size:
        raise InputError(
            f"camera {lonely[0] + 1} of the rig shares no moment with another in which the person "
            f"can be lifted; leave it out."
        )


def _reconciled(
    pairs: Float[np.ndarray, "view view 3 3"], weights: Float[np.ndarray, "view view"]
) -> Float[np.ndarray, "view 3 3"]:
    """Rotations [view, 3, 3] that the robust means of what their pairs say leave where they are."""
    cameras = synchronised(pairs, weights)
    for _ in range(SWEEPS):
        for view in range(len(cameras)):
            others = np.flatnonzero(weights[view])
            said = pairs[view, others] @ cameras[others]
            cameras[view] = _robust_mean(said, weights[view, others])
    return cameras @ cameras[0].T


def _robust_mean(
    rotations: Float[np.ndarray, "rotation 3 3"], weights: Float[np.ndarray, " rotation"]
) -> Float[np.ndarray, "3 3"]:
    return geodesic_medians(
        rotations[None], weights[None], steps=STEPS, smallest_angle=SMALLEST_ANGLE
    )[0]


def _spread(
    rotations: Float[np.ndarray, "view frame 3 3"],
    weights: Float[np.ndarray, "view frame"],
    cameras: Float[np.ndarray, "view 3 3"],
) -> Float[np.ndarray, " view"]:
    """Median angle in degrees of each view's moments from the consensus of the same moments."""
    seen = weights > 0
    frame = np.einsum("vba,vfbc->vfac", cameras, np.where(seen[..., None, None], rotations, 0.0))
    spread = np.full(len(cameras), np.nan)
    middle = np.einsum("vf,vfab->fab", weights, frame)
    for view in range(len(cameras)):
        both = np.flatnonzero(seen[view] & (seen.sum(0) > 1))
        if len(both):
            away = nearest_rotation(middle[both]).swapaxes(-1, -2)
            turns = Rotation.from_matrix(frame[view, both] @ away).magnitude()
            spread[view] = np.degrees(np.median(turns))
    return spread
