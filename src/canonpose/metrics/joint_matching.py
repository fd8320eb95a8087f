"""One view's poses beside their reference: joints matched by name, the root found or derived."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.metrics.arrays import only
from canonpose.metrics.joint_errors import MIN_JOINTS_RIGID
from canonpose.metrics.pose_errors import PoseErrors, pose_errors
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton, convert


@dataclass(frozen=True, eq=False)
class MatchedJoints:
    """The same joints of poses and of what they should be."""

    joints: tuple[str, ...]
    predicted: Float[np.ndarray, "frame joint 3"]
    reference: Float[np.ndarray, "frame joint 3"]
    """In mm."""
    valid: Bool[np.ndarray, "frame joint"]
    roots: tuple[Float[np.ndarray, "frame 3"], Float[np.ndarray, "frame 3"]] | None
    """Of both, NaN where not known; None where the frame or the root is not known."""


def errors_of_view(
    label: str,
    poses: Poses,
    reference: Reference,
    columns: Sequence[str],
    *,
    joints: Sequence[str] | None,
    frame_known: bool,
) -> PoseErrors:
    """Every frame's errors in mm, NaN where a joint is not scored.

    Parameters
    ----------
    label : str
        What to call the poses in messages.
    poses, reference
        Frame by frame the same person; in frames of the same orientation if `frame_known`.
    columns : sequence of str
        The joints of the result's joint axis; all of the reference's are among them.
    joints : sequence of str, optional
        Score these only.
    frame_known : bool
        Whether scale-aligned errors can be had. They also need the poses' root in the reference,
        where it is derived as the poses' skeleton says if it was not measured.

    Returns
    -------
    PoseErrors

    Raises
    ------
    InputError
        If their lengths differ, they share too few joints, or no frame can be scored.
    """
    pairs = matched_joints(label, poses, reference, joints=joints, frame_known=frame_known)
    errors = pose_errors(pairs.predicted, pairs.reference, pairs.valid, roots=pairs.roots)
    if errors.rigid.isnan().all():
        raise InputError(
            f"{label}: no frame has {MIN_JOINTS_RIGID} joints that are valid in "
            f"{reference.source or 'the reference'} too; check that they belong together."
        )
    return errors.in_columns([list(columns).index(joint) for joint in pairs.joints], len(columns))


def matched_joints(
    label: str,
    poses: Poses,
    reference: Reference,
    *,
    joints: Sequence[str] | None,
    frame_known: bool,
) -> MatchedJoints:
    """The joints that poses and a reference share; arguments as for `errors_of_view`.

    Raises
    ------
    InputError
        If their lengths differ, or they share too few joints.
    """
    target = reference.source or "the reference"
    if len(poses) != len(reference):
        raise InputError(
            f"{label}: has {len(poses)} frames, but {target} has {len(reference)}; "
            f"cut both to the same frames."
        )
    common = [j for j in reference.joints if j in poses.skeleton and (not joints or j in joints)]
    if len(common) < MIN_JOINTS_RIGID:
        raise InputError(
            f"{label}: shares {len(common)} scored joints with {target}, and {MIN_JOINTS_RIGID} "
            f"are the least; name joints alike in both."
        )
    places = [reference.joints.index(joint) for joint in common]
    root = _root(reference, poses.skeleton) if frame_known else None
    return MatchedJoints(
        tuple(common),
        poses.positions[:, poses.skeleton.indices(common)],
        reference.positions[:, places],
        reference.valid[:, places],
        None if root is None else (poses.positions[:, poses.skeleton.root_index], root),
    )


def _root(reference: Reference, skeleton: Skeleton) -> Float[np.ndarray, "frame 3"] | None:
    """The poses' root in the reference, NaN where not valid; None if it cannot be had."""
    own = Skeleton.of_names("reference", reference.joints)
    sources = skeleton.derived.get(skeleton.root, ())
    if skeleton.root not in own and not (sources and all(joint in own for joint in sources)):
        return None
    target = Skeleton(
        name="root",
        joints=(*sources, skeleton.root),
        root=skeleton.root,
        derived={skeleton.root: sources} if sources else {},
    )
    positions, valid = convert(reference.positions, reference.valid.astype(np.float64), own, target)
    return only(positions[:, -1], valid[:, -1] > 0)
