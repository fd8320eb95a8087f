"""A solved rig in its final frame and unit: z up where the subjects' bodies tell it."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.inference.body_scale import body_size
from canonpose.lifter.subject_height import size_of_subject
from canonpose.skeleton import Skeleton
from canonpose.solving.all_frames import JointsIn3D, completed
from canonpose.solving.footage import RigFootage
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rig_views import cameras_of_guessed_size
from canonpose.solving.solved import CameraReport, MirrorVotes, MovingCameras, SolvedRig, SolvedTake
from canonpose.solving.upright import floor_origin, upright_turn


@dataclass(frozen=True, eq=False)
class RigWorld:
    """Joints and cameras in the frame in which they were found."""

    projection: str
    """"perspective", "weak" or "moving"."""
    lens: str
    """What was found of the lenses, in words."""
    rotations: Float[np.ndarray, "view 3 3"]
    """Of cameras that move, at the first moment."""
    cameras: Pinholes | None
    """None where each moment has a place of its own."""
    in_3d: JointsIn3D
    turning: Float[np.ndarray, "view frame 3 3"] | None = None
    """Of cameras that move."""
    focals: Float[np.ndarray, "view frame"] | None = None
    """Pixels; of cameras that move."""


def in_world(
    footage: RigFootage,
    world: RigWorld,
    votes: MirrorVotes,
    spread: Float[np.ndarray, " view"],
    focal_deviation: float,
    subject_height: float | None,
) -> tuple[SolvedRig, tuple[SolvedTake, ...], str]:
    """Turn the world upright, measure it in body heights or metres, and part it into takes.

    Raises
    ------
    InputError
        If a height is given for a skeleton without limbs.
    """
    in_3d, skeleton = world.in_3d, footage.skeleton
    points, scores, sigma = completed(in_3d, footage.views.scores, skeleton)
    if world.cameras is None:
        points = points - points[:, [skeleton.root_index]]
    turn = upright_turn(points, skeleton, world.rotations, footage.name)
    size, units = _unit(points, skeleton, subject_height, footage.name)
    origin = np.zeros(3)
    if world.cameras is not None:
        origin = floor_origin(points @ turn.T) @ turn
    points, sigma = (points - origin) @ turn.T * size, sigma * size
    rig = SolvedRig(
        name=footage.name,
        projection=world.projection,
        lens=world.lens,
        rotations=dict(zip(footage.views.cameras, world.rotations @ turn.T, strict=True)),
        cameras={}
        if world.cameras is None
        else world.cameras.moved(turn, origin, size).named(
            footage.views.cameras, footage.views.sizes
        ),
        reports=_reports(footage, world, spread),
        joint_errors=_joint_errors(in_3d, footage.joints),
        votes=votes,
        focal_deviation=focal_deviation,
        sizes_guessed=cameras_of_guessed_size(footage.takes),
    )
    ends = np.cumsum([len(take) for take in footage.takes])[:-1]
    parts = zip(footage.takes, *(np.split(a, ends) for a in (points, scores, sigma)), strict=True)
    takes = tuple(
        SolvedTake(
            name=take.name,
            rig=footage.name,
            positions=here,
            valid=np.isfinite(here).all(-1),
            scores=score,
            sigma=deviation,
            fps=next(iter(take.views.values())).fps,
            cameras=None
            if world.turning is None or world.focals is None
            else MovingCameras(
                footage.views.cameras, (world.turning @ turn.T).swapaxes(0, 1), world.focals.T
            ),
        )
        for take, here, score, deviation in parts
    )
    return rig, takes, units


def _unit(
    points: Float[np.ndarray, "frame joint 3"],
    skeleton: Skeleton,
    subject_height: float | None,
    rig: str,
) -> tuple[float, str]:
    """What to multiply by: the median body is 1, or the height that is given."""
    sizes, units = body_size(torch.from_numpy(points), skeleton)
    size = float(sizes.nanmedian())
    if not np.isfinite(size) or size <= 0:
        raise InputError(
            f"rig {rig!r}: no moment shows all limbs in two views, so that the result has no "
            f"scale; film more of the whole body."
        )
    factor, units = size_of_subject(subject_height, units, skeleton)
    return factor / size, units


def _reports(
    footage: RigFootage, world: RigWorld, spread: Float[np.ndarray, " view"]
) -> tuple[CameraReport, ...]:
    errors = world.in_3d.error
    return tuple(
        CameraReport(
            name=name,
            error=float(np.nanmedian(errors[view])) if np.isfinite(errors[view]).any() else np.nan,
            error_left_out=float(world.in_3d.left_out[view]),
            rotation_spread=float(spread[view]),
            focal=_focal(world, view),
        )
        for view, name in enumerate(footage.views.cameras)
    )


def _focal(world: RigWorld, view: int) -> float:
    if world.focals is not None:
        return float(np.median(world.focals[view]))
    return np.nan if world.cameras is None else float(world.cameras.focals[view])


def _joint_errors(in_3d: JointsIn3D, joints: Skeleton) -> dict[str, float]:
    errors = {}
    for place, joint in enumerate(joints.joints):
        here = in_3d.error[:, :, place]
        errors[joint] = float(np.nanmedian(here)) if np.isfinite(here).any() else np.nan
    return errors
