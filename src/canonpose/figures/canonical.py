"""Canonical poses in millimetres, how they scatter, and how to hold them upright (section 4.6)."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.figures.comparison import scored_joints
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.geometry.procrustes import similarity_alignment
from canonpose.metrics.joint_errors import MIN_JOINTS_RIGID
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton

HIPS = ("right_hip", "left_hip")
"""In the paper's order."""
SHOULDERS = ("right_shoulder", "left_shoulder")


@dataclass(frozen=True)
class JointSpread:
    """How much a joint's place in the canonical frame scatters, in mm.

    The paper says "standard deviation" and not of what. ``distance`` is named first, because it
    alone is a property of the method: the canonical frame may be turned by any fixed rotation
    without changing a prediction, which leaves ``distance`` as it is and changes ``axis_mean``.

    Small is not good by itself: a lifter that gives every input the same pose has 0.
    """

    distance: float
    """Root of the mean, over poses, of the squared distance from the joint's mean position."""
    axis_mean: float
    """Mean of the standard deviations along x, y and z of the frame as it was learned. At most
    ``distance`` divided by the root of 3."""
    poses: int
    """How many poses there were."""

    def __str__(self) -> str:
        return f"{self.distance:.1f} mm, {self.axis_mean:.1f} mm an axis, of {self.poses} poses"


def joint_spread(
    canonical: Float[np.ndarray, "pose joint 3"], skeleton: Skeleton, joint: str
) -> JointSpread:
    """The spread of one joint over poses [pose, joint, 3] in mm, relative to the root.

    Poses in which the joint is NaN do not count.

    Raises
    ------
    InputError
        If the skeleton has no such joint, or no pose counts.
    """
    points = canonical[:, skeleton.index(joint)].astype(np.float64)
    points = points[np.isfinite(points).all(-1)]
    if not len(points):
        raise InputError(f"joint {joint!r} is there in no canonical pose; check the poses.")
    off = points - points.mean(0)
    return JointSpread(
        distance=float(np.sqrt((off**2).sum(-1).mean())),
        axis_mean=float(np.sqrt((off**2).mean(0)).mean()),
        poses=len(points),
    )


def canonical_in_millimetres(
    poses: Poses,
    *,
    millimetres_per_unit: float | None = None,
    reference: Reference | None = None,
) -> Float[np.ndarray, "frame joint 3"]:
    """Canonical poses [frame, joint, 3] relative to their root, in mm.

    Parameters
    ----------
    poses : Poses
    millimetres_per_unit : float, optional
        The subject's height in mm, where the poses are in body heights. Not needed for metres.
    reference : Reference, optional
        Instead: each pose gets the scale that fits it best to its reference, in least squares
        after rigid alignment; poses without four joints in it become NaN.

    Raises
    ------
    InputError
        If both or neither are given for poses that are not in metres, the number is no length, or
        the reference does not match.
    """
    where = poses.source or poses.camera or "the poses"
    if reference is not None and millimetres_per_unit is not None:
        raise InputError(f"{where}: gets its scale from the reference; leave the number out.")
    centred = poses.canonical.astype(np.float64)
    centred = centred - centred[:, [poses.skeleton.root_index]]
    if reference is not None:
        return centred * _fitted_scale(centred, poses, reference, where)[:, None, None]
    if millimetres_per_unit is None and poses.units == "m":
        millimetres_per_unit = UNITS_IN_METRES["m"] / UNITS_IN_METRES["mm"]
    if millimetres_per_unit is None or not 0 < millimetres_per_unit < np.inf:
        raise InputError(
            f"{where}: is in units of {poses.units!r}; say how many millimetres one is (the "
            f"subject's height for 'body_height'), or give the 3D reference."
        )
    return centred * millimetres_per_unit


def _fitted_scale(
    centred: Float[np.ndarray, "frame joint 3"], poses: Poses, reference: Reference, where: str
) -> Float[np.ndarray, "frame"]:
    if len(poses) != len(reference):
        raise InputError(
            f"{where}: has {len(poses)} frames, but {reference.source or 'the reference'} has "
            f"{len(reference)}; cut both to the same."
        )
    scored = scored_joints([poses], [reference], None)
    target = reference.positions[:, [reference.joints.index(joint) for joint in scored]]
    valid = reference.valid[:, [reference.joints.index(joint) for joint in scored]]
    predicted = centred[:, poses.skeleton.indices(scored)]
    valid = valid & np.isfinite(target + predicted).all(-1)
    valid &= valid.sum(-1, keepdims=True) >= MIN_JOINTS_RIGID
    return similarity_alignment(*map(torch.from_numpy, (predicted, target, valid))).scale.numpy()


def upright(
    canonical: Float[np.ndarray, "pose joint 3"],
    rotation: Float[np.ndarray, "pose 3 3"],
    skeleton: Skeleton,
) -> Float[np.ndarray, "3 3"]:
    """The rotation from the canonical frame to one in which people stand and face the reader.

    Across is from the mean right hip to the mean left hip. Up is from the hips to the shoulders;
    without shoulders, it is the mean direction of the cameras' up. So a fixed rotation of the
    canonical frame does not change the picture.

    Parameters
    ----------
    canonical : array [pose, joint, 3]
        Whole poses.
    rotation : array [pose, 3, 3]
        From the canonical frame to each camera's.
    skeleton : Skeleton
        With both hips.

    Returns
    -------
    array [3, 3]
        To x right, y down, z away.
    """
    mean = canonical.mean(0)
    right, left = mean[skeleton.indices(HIPS)]
    down = rotation[:, 1].mean(0)
    if all(joint in skeleton for joint in SHOULDERS):
        down = (right + left) / 2 - mean[skeleton.indices(SHOULDERS)].mean(0)
    across = left - right
    down = down - (down @ across) / (across @ across) * across
    axes = np.stack([across, down]) / np.linalg.norm([across, down], axis=-1, keepdims=True)
    return np.concatenate([axes, np.cross(*axes)[None]])
