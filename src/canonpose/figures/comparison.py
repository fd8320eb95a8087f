"""Poses laid over their reference: what figure 4 draws and picks from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.geometry.procrustes import similarity_alignment
from canonpose.metrics.joint_errors import MIN_JOINTS_RIGID, rigid_aligned_errors
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton, convert


@dataclass(frozen=True, eq=False)
class Overlay:
    """Poses and their reference in the same frame and in mm, after rigid alignment."""

    aligned: Float[np.ndarray, "frame joint 3"]
    """The poses, in the reference's frame."""
    reference: Float[np.ndarray, "frame joint 3"]
    """In ``skeleton``; NaN where it cannot be trusted."""
    rotation: Float[np.ndarray, "frame 3 3"]
    """From the poses' camera frame to the reference's, as the alignment found it."""
    errors: Float[np.ndarray, "frame scored"]
    """Distance of each scored joint; NaN where it does not count."""
    scored: tuple[str, ...]
    skeleton: Skeleton
    """The poses' skeleton less the ends that are not scored, such as ears."""

    @property
    def scored_reference(self) -> Float[np.ndarray, "frame scored 3"]:
        """The scored joints of the reference."""
        return self.reference[:, self.skeleton.indices(self.scored)]


def scored_joints(
    several: Sequence[Poses], references: Sequence[Reference], joints: Sequence[str] | None
) -> tuple[str, ...]:
    """The joints, in the first reference's order, that all references and all poses have.

    Raises
    ------
    InputError
        If there are fewer than four, or a joint of ``joints`` is not among them.
    """
    first, *others = references
    owners = [poses.skeleton.joints for poses in several] + [one.joints for one in others]
    common = [joint for joint in first.joints if all(joint in owner for owner in owners)]
    where = first.source or "the reference"
    if unknown := [joint for joint in joints or () if joint not in common]:
        raise InputError(
            f"{where}: joint {unknown[0]!r} is not in it and in all the poses; joints to compare "
            f"are {', '.join(common) or 'none'}."
        )
    chosen = tuple(joint for joint in common if joints is None or joint in joints)
    if len(chosen) < MIN_JOINTS_RIGID:
        raise InputError(
            f"{where}: shares {len(chosen)} joints with the poses, and {MIN_JOINTS_RIGID} are the "
            f"least; name joints alike in both."
        )
    return chosen


def overlay(poses: Poses, reference: Reference, scored: Sequence[str]) -> Overlay:
    """Align each pose with its reference, over the scored joints, as P-MPJPE does.

    Parameters
    ----------
    poses : Poses
        Of any unit.
    reference : Reference
        Frame by frame what they should be, in any frame.
    scored : sequence of str
        What `scored_joints` gives.

    Raises
    ------
    InputError
        If they differ in length.
    """
    if len(poses) != len(reference):
        raise InputError(
            f"{poses.source or poses.camera or 'the poses'}: has {len(poses)} frames, but "
            f"{reference.source or 'the reference'} has {len(reference)}; cut both to the same."
        )
    own = Skeleton(name="reference", joints=reference.joints, root=reference.joints[0])
    trusted = np.where(reference.valid[..., None], reference.positions, np.nan)
    target, _ = convert(trusted, reference.valid.astype(np.float64), own, poses.skeleton)
    positions = poses.positions.astype(np.float64)
    places = poses.skeleton.indices(scored)
    counts = np.isfinite(positions[:, places] + target[:, places]).all(-1)
    moved = similarity_alignment(
        *map(torch.from_numpy, (positions[:, places], target[:, places], counts))
    )
    shown = poses.skeleton.without(_loose_ends(poses.skeleton, scored))
    kept = poses.skeleton.indices(shown.joints)
    return Overlay(
        aligned=moved(torch.from_numpy(positions)).numpy()[:, kept],
        reference=target[:, kept],
        rotation=moved.rotation.numpy(),
        errors=rigid_aligned_errors(positions[:, places], target[:, places]),
        scored=tuple(scored),
        skeleton=shown,
    )


def _loose_ends(skeleton: Skeleton, scored: Sequence[str]) -> list[str]:
    """Joints that are not scored and that nothing scored hangs on or is derived from."""
    needed = {skeleton.root, *scored}
    for joint in scored:
        while joint in skeleton.parents:
            joint = skeleton.parents[joint]
            needed.add(joint)
    needed |= {source for joint in needed for source in skeleton.derived.get(joint, ())}
    return [joint for joint in skeleton.joints if joint not in needed]


def overlays(
    methods: Mapping[str, Sequence[Poses]],
    references: Sequence[Reference],
    joints: Sequence[str] | None,
) -> dict[str, list[Overlay]]:
    """Each method's recordings over their references, scored on the joints that all have.

    Raises
    ------
    InputError
        If a method has more or fewer recordings than there are references, or as in
        `scored_joints` and `overlay`.
    """
    for name, recordings in methods.items():
        if len(recordings) != len(references) or not references:
            raise InputError(
                f"{name}: has {len(recordings)} recordings and there are {len(references)} "
                f"references; give one reference for each."
            )
    several = [poses for recordings in methods.values() for poses in recordings]
    scored = scored_joints(several, references, joints)
    return {
        name: [overlay(p, r, scored) for p, r in zip(recordings, references, strict=True)]
        for name, recordings in methods.items()
    }
