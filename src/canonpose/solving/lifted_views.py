"""What a trained lifter says of every view of a rig: how it is turned, and how large it sees."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Poses, Take
from canonpose.errors import InputError
from canonpose.inference import lift
from canonpose.lifter import TrainedLifter
from canonpose.lifter.joints import NothingToLift


@dataclass(frozen=True, eq=False)
class LiftedViews:
    """All takes of a rig in a row."""

    rotations: Float[np.ndarray, "view frame 3 3"]
    """From the lifter's canonical frame to the camera's; NaN where it cannot be lifted."""
    scales: Float[np.ndarray, "view frame"]
    """Pixels per body height; NaN where it cannot be lifted."""
    weights: Float[np.ndarray, "view frame"]
    """Mean confidence of the joints, 0 where it cannot be lifted."""


def lifted_views(
    takes: Sequence[Take], cameras: Sequence[str], lifter: TrainedLifter, device: str = "auto"
) -> LiftedViews:
    """Lift every view of every take of a rig by itself.

    Raises
    ------
    InputError
        If the lifter cannot be used on a view that is there.
    """
    parts = [[_lifted(take, camera, lifter, device) for camera in cameras] for take in takes]
    if not any(view.weights.any() for part in parts for view in part):
        names = ", ".join(take.name for take in takes)
        raise InputError(f"take {names}: the lifter can lift no view; check the keypoints.")
    rows = list(zip(*parts, strict=True))
    return LiftedViews(
        np.stack([np.concatenate([view.rotations[0] for view in row]) for row in rows]),
        np.stack([np.concatenate([view.scales[0] for view in row]) for row in rows]),
        np.stack([np.concatenate([view.weights[0] for view in row]) for row in rows]),
    )


def _lifted(take: Take, camera: str, lifter: TrainedLifter, device: str) -> LiftedViews:
    """One view, with an axis for it; a camera that a take lacks, or that sees nobody in it, lifts
    nothing.
    """
    if camera not in take.views:
        return _nothing(len(take))
    try:
        poses = lift(take.views[camera], lifter, device=device)
    except NothingToLift:
        return _nothing(len(take))
    scales = _scales(poses)
    known = np.isfinite(scales) & (scales > 0) & np.isfinite(poses.rotation).all((1, 2))
    return LiftedViews(
        np.where(known[:, None, None], poses.rotation, np.nan)[None].astype(np.float64),
        np.where(known, scales, np.nan)[None],
        np.where(known, poses.scores.mean(-1), 0.0)[None].astype(np.float64),
    )


def _nothing(frames: int) -> LiftedViews:
    shape = (1, frames)
    return LiftedViews(np.full((*shape, 3, 3), np.nan), np.full(shape, np.nan), np.zeros(shape))


def _scales(poses: Poses) -> Float[np.ndarray, " frame"]:
    """Pixels per unit of the pose, in least squares over the joints that were seen."""
    images = poses.positions[..., :2].astype(np.float64)
    root = poses.skeleton.root_index
    seen = poses.keypoints.astype(np.float64) - poses.keypoints[:, [root]]
    there = (poses.scores > 0) & np.isfinite(images).all(-1) & np.isfinite(seen).all(-1)
    images, seen = (np.where(there[..., None], array, 0.0) for array in (images, seen))
    size = (images**2).sum((1, 2))
    return np.where(size > 0, (images * seen).sum((1, 2)) / np.where(size > 0, size, 1.0), np.nan)
