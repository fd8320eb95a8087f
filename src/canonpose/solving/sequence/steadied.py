"""Joints of still, known cameras once more, with bones of constant length and smooth motion."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int64

from canonpose.solving.all_frames import JointsIn3D
from canonpose.solving.observations import observations_of
from canonpose.solving.pinholes import Pinholes, see
from canonpose.solving.rig_views import RigViews
from canonpose.solving.sequence.adjust import adjusted
from canonpose.solving.sequence.expectation import Body
from canonpose.solving.sequence.known_views import KnownViews
from canonpose.solving.sequence.pieces import FEWEST, filled, pieces

SAMPLES = 24
"""From which deviations are told to within some 10 %."""


def steadied(
    in_3d: JointsIn3D,
    cameras: Pinholes,
    views: RigViews,
    takes: Sequence[tuple[slice, float]],
    ends: Int64[np.ndarray, "bone 2"],
    size: float,
    tolerance: Float[np.ndarray, " view"],
) -> JointsIn3D:
    """The same joints, which move smoothly and keep the lengths of bones.

    Parameters
    ----------
    in_3d : JointsIn3D
        Triangulated moment by moment.
    cameras : Pinholes
    views : RigViews
    takes : sequence of (slice, float)
        Moments of every take, and how many of them are a second.
    ends : array [bone, 2]
        Pairs of joints that keep their distance.
    size : float
        A body height in the unit of the joints.
    tolerance : array [view]
        Pixels of every camera that a confident detection may be off.
    """
    positions, sigma = in_3d.positions.copy(), in_3d.sigma.copy()
    for moments, rate in takes:
        expected = Body().at(rate, size)
        first = moments.start
        for piece in pieces(moments.stop - first):
            some = np.arange(first + piece.moments.start, first + piece.moments.stop)
            if len(some) < FEWEST or not in_3d.valid[some].any():
                continue
            found = adjusted(
                filled(in_3d.positions[some]),
                KnownViews.of(cameras),
                observations_of(views.at(some), tolerance),
                ends,
                expected,
                samples=SAMPLES,
            )
            kept = some[piece.kept]
            positions[kept] = found.joints[piece.kept]
            sigma[kept] = np.sqrt((found.spread[:, piece.kept] ** 2).sum(-1).mean(0))
    positions = np.where(in_3d.valid[..., None], positions, np.nan)
    sigma = np.where(in_3d.valid, sigma, np.nan)
    return replace(in_3d, positions=positions, sigma=sigma, error=_error(cameras, positions, views))


def _error(
    cameras: Pinholes, positions: Float[np.ndarray, "moment joint 3"], views: RigViews
) -> Float[np.ndarray, "view moment joint"]:
    pixels = see(cameras, positions.reshape(-1, 3)).pixels.reshape(views.positions.shape)
    error = np.linalg.norm(pixels - views.positions, axis=-1)
    return np.where(views.scores > 0, error, np.nan)
