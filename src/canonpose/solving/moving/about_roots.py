"""Still cameras whose places perspective does not tell: poses about their roots all the same.

Two cameras at equal distances are the common case. Their turns, the bones and smooth motion make
the poses better than weak perspective can, whatever the focal lengths are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Int64

from canonpose.geometry.rotation_means import nearest_rotation
from canonpose.solving.all_frames import JointsIn3D
from canonpose.solving.moving.take import MovingTake, TakeProblem, frame_turn, joined
from canonpose.solving.rig_views import RigViews
from canonpose.solving.sequence.expectation import STILL
from canonpose.solving.weak import WeakPoses


def steadied_about_roots(
    in_3d: JointsIn3D,
    weak: WeakPoses,
    rotations: Float[np.ndarray, "view 3 3"],
    views: RigViews,
    takes: Sequence[tuple[slice, float]],
    ends: Int64[np.ndarray, "bone 2"],
    tolerance: Float[np.ndarray, " view"],
) -> tuple[JointsIn3D, Float[np.ndarray, "view 3 3"]]:
    """The same joints, with bones of constant length and smooth motion, in body heights.

    The cameras' rotations become more exact as well, and are those that belong to these joints.

    Parameters
    ----------
    in_3d : JointsIn3D
        Of the weak-perspective solution.
    weak : WeakPoses
        All of body height 1.
    rotations : array [view, 3, 3]
        From their frame to each camera's.
    views : RigViews
    takes : sequence of (slice, float)
        Moments of every take, and how many of them are a second.
    ends : array [bone, 2]
        Pairs of joints that keep their distance.
    tolerance : array [view]
        Pixels of every camera that a confident detection may be off.
    """
    found = []
    for moments, rate in takes:
        some = np.arange(moments.start, moments.stop)
        turning = np.repeat(rotations[:, None], len(some), axis=1)
        here = TakeProblem(
            views.at(some), weak.at(some), turning, rate, STILL, ends, tolerance
        ).solved()
        found.append(here.turned(frame_turn(here.rotations, turning)))
    every: MovingTake = joined(found)
    steady = replace(
        in_3d,
        positions=np.where(in_3d.valid[..., None], every.joints, np.nan),
        sigma=np.where(in_3d.valid, every.sigma, np.nan),
        error=every.error,
    )
    return steady, nearest_rotation(every.rotations.sum(1))
