"""Fused poses as `Poses` in the frame of one camera."""

from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Bool, Float

from canonpose.datamodel import Poses
from canonpose.fusing.lifted import LiftedTake
from canonpose.fusing.rotations import EveryRotation
from canonpose.inference.body_scale import body_size
from canonpose.lifter.subject_height import size_of_subject
from canonpose.skeleton import Skeleton

Positions = Float[np.ndarray, "frame joint 3"]


def as_poses(
    positions: Positions, take: LiftedTake, rotations: EveryRotation, camera: str, units: str
) -> Poses:
    """Positions [frame, joint, 3] in a camera's frame as poses about the root.

    The canonical frame of a moment is what the lifter says of the first view that it can lift,
    the camera's own before others.

    Parameters
    ----------
    positions : array [frame, joint, 3]
        Of all joints; frames in which a joint or the root is NaN become NaN.
    take : LiftedTake
    rotations : array [view, frame, 3, 3]
        From one frame of the moment to each camera's.
    camera : str
    units : str
    """
    own = take.by_camera[camera]
    view = take.cameras.index(camera)
    usable = take.usable & np.isfinite(rotations).all((2, 3))
    usable[[0, view]] = usable[[view, 0]]
    best = usable.argmax(0)
    best = np.where(best == 0, view, np.where(best == view, 0, best))
    frames = np.arange(len(take))
    between = rotations[view] @ rotations[best, frames].swapaxes(1, 2)
    rotation = between @ take.rotations[best, frames]
    centred = positions - positions[:, [take.skeleton.root_index]]
    whole = np.isfinite(centred).all((1, 2)) & np.isfinite(rotation).all((1, 2))
    centred = np.where(whole[:, None, None], centred, np.nan)
    rotation = np.where(whole[:, None, None], rotation, np.nan)
    return replace(
        own,
        positions=centred.astype(np.float32),
        canonical=(centred @ rotation).astype(np.float32),
        rotation=rotation.astype(np.float32),
        units=units,
        camera=camera,
        sigma=None,  # is of what the view says alone
    )


def of_one_size(
    positions: Positions, skeleton: Skeleton, subject_height: float | None
) -> tuple[Positions, str]:
    """Every pose of body size 1, or of a height in metres, and the unit's name.

    Raises
    ------
    InputError
        If a height is given for a skeleton without limbs.
    """
    sizes, units = body_size(torch.from_numpy(positions), skeleton)
    size, units = size_of_subject(subject_height, units, skeleton)
    return positions * (size / sizes.numpy())[:, None, None], units


def filled(seen: Positions, guessed: Positions, skeleton: Skeleton) -> Positions:
    """Triangulated poses whose missing joints are where other poses have them.

    A guess is brought to the take's median body size (where no moment shows all limbs, to the size
    of the joints that both have), and to where the known joints of the moment are (median).

    Parameters
    ----------
    seen : array [frame, joint, 3]
        NaN where missing.
    guessed : array [frame, joint, 3]
        Turned alike, of body size 1, anywhere; NaN where there is no guess.
    skeleton : Skeleton
    """
    known = np.isfinite(seen).all(-1) & np.isfinite(guessed).all(-1)
    sizes = body_size(torch.from_numpy(seen), skeleton)[0].numpy()
    if not np.isfinite(sizes).any():
        sizes = _ratios(seen, guessed, known)
    size = float(np.nanmedian(sizes)) if np.isfinite(sizes).any() else 1.0
    shifts = np.zeros((len(seen), 3))
    for frame in np.flatnonzero(known.any(1) & ~known.all(1)):
        here = known[frame]
        shifts[frame] = np.median(seen[frame, here] - size * guessed[frame, here], axis=0)
    missing = ~np.isfinite(seen).all(-1, keepdims=True)
    return np.where(missing, size * guessed + shifts[:, None], seen)


def _ratios(
    seen: Positions, guessed: Positions, known: Bool[np.ndarray, "frame joint"]
) -> Float[np.ndarray, " frame"]:
    """What the guess of each moment is to be multiplied by to have the seen joints' spread.

    In least squares, about the middle of the known joints; NaN where there are fewer than two.
    """
    count = np.maximum(known.sum(1), 1)[:, None, None]
    there = known[..., None]
    first, second = (np.where(there, points, 0.0) for points in (seen, guessed))
    first, second = (
        np.where(there, points - points.sum(1, keepdims=True) / count, 0.0)
        for points in (first, second)
    )
    spread = (second**2).sum((1, 2))
    fit = (first * second).sum((1, 2))
    usable = (known.sum(1) >= 2) & (spread > 0) & (fit > 0)
    return np.where(usable, fit / np.where(usable, spread, 1.0), np.nan)
