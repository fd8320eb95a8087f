"""One rig from rotations to joints: the order in which things are found out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64

from canonpose.chirality import ChiralityVote, vote
from canonpose.geometry.depth_mirror import mirrored_rotations
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete
from canonpose.solving.all_frames import JointsIn3D, joints_of_perspective, joints_of_weak
from canonpose.solving.checks import (
    POOR_FIT,
    check_angles,
    misfit_of,
    warn_of_cameras,
    warn_of_mirror,
    warn_of_misfit,
    warn_of_weak,
)
from canonpose.solving.config import SolveConfig
from canonpose.solving.focal_by_body import rig_told_by_bodies
from canonpose.solving.footage import RigFootage
from canonpose.solving.moving.about_roots import steadied_about_roots
from canonpose.solving.perspective import PerspectiveRig, RigProblem, TooFewJoints
from canonpose.solving.rig_views import RigViews
from canonpose.solving.rotations import consensus_rotations
from canonpose.solving.sequence.stretches import stretches_of
from canonpose.solving.solved import MirrorVotes, SolvedRig, SolvedTake
from canonpose.solving.weak import WeakPoses
from canonpose.solving.world import RigWorld, in_world

Rotations = Float[np.ndarray, "view 3 3"]


@dataclass(frozen=True, eq=False)
class RigSolution:
    """A rig with its takes in 3D, in one unit of length."""

    rig: SolvedRig
    takes: tuple[SolvedTake, ...]
    units: str


def solve_rig(
    footage: RigFootage,
    config: SolveConfig,
    subject_height: float | None,
    say: Callable[[str], None],
) -> RigSolution:
    """Rotations, weak perspective, the mirror, perspective, all moments, one world.

    Raises
    ------
    InputError
        If the cameras see too little, or only from one side.
    """
    views, lifted = footage.views, footage.lifted
    tolerance = config.tolerance * views.person_by_view
    rotations, spread = consensus_rotations(lifted.rotations, lifted.weights)
    check_angles(rotations, views.cameras)
    frames = footage.telling_frames(config.frames)
    say(f"rig {footage.name}: weak perspective")
    weak = footage.weak(rotations, frames, tolerance)
    if misfit_of(weak.error, tolerance) > POOR_FIT:
        say(f"rig {footage.name}: the cameras' rotations")
        rotations = _rotations_by_motion(footage, rotations, tolerance)
        weak = footage.weak(rotations, frames, tolerance)
    anatomy = anatomy_of(weak, views.at(frames), footage.skeleton)
    found, tells, votes = None, False, MirrorVotes(anatomy, np.nan, np.nan, anatomy.mirrored)
    if config.projection != "weak":
        say(f"rig {footage.name}: perspective, of this world and its mirror image")
        found, tells, votes = _perspective(footage, config, frames, weak, rotations, anatomy)
    warn_of_mirror(votes, footage.name)
    if votes.mirrored:
        rotations = mirrored_rotations(rotations)
    say(f"rig {footage.name}: all moments")
    if found is not None and tells:
        cameras = found.bundle.cameras
        in_3d = joints_of_perspective(cameras, views, tolerance)
        if config.body:
            say(f"rig {footage.name}: bones and smooth motion")
            in_3d = footage.steadied(in_3d, cameras, tolerance)
        world = RigWorld("perspective", found.lens.name, cameras.rotations, cameras, in_3d)
    else:
        weak = footage.weak(rotations, np.arange(views.positions.shape[1]), tolerance)
        in_3d = joints_of_weak(weak, rotations)
        if config.body:
            say(f"rig {footage.name}: bones and smooth motion")
            in_3d, rotations = _steadied(footage, in_3d, weak, rotations, tolerance)
        world = RigWorld("weak", "weak perspective", rotations, None, in_3d)
    deviation = found.bundle.focal_deviation if found is not None else np.nan
    rig, takes, units = in_world(footage, world, votes, spread, deviation, subject_height)
    warn_of_cameras(rig.reports, tolerance, footage.name)
    warn_of_misfit(misfit_of(in_3d.error, tolerance), footage.name)
    return RigSolution(rig, takes, units)


def _rotations_by_motion(
    footage: RigFootage, rotations: Rotations, tolerance: Float[np.ndarray, " view"]
) -> Rotations:
    """Rotations that fit bones and smooth motion, where the lifter's fit the views poorly.

    So they do where it has never seen such views, of people upside down or by rolled cameras.
    """
    weak = footage.weak(rotations, np.arange(footage.views.positions.shape[1]), tolerance)
    return _steadied(footage, joints_of_weak(weak, rotations), weak, rotations, tolerance)[1]


def _steadied(
    footage: RigFootage,
    in_3d: JointsIn3D,
    weak: WeakPoses,
    rotations: Rotations,
    tolerance: Float[np.ndarray, " view"],
) -> tuple[JointsIn3D, Rotations]:
    return steadied_about_roots(
        in_3d, weak, rotations, footage.views, footage.spans, footage.bones, tolerance
    )


def _perspective(
    footage: RigFootage,
    config: SolveConfig,
    frames: Int64[np.ndarray, " chosen"],
    weak: WeakPoses,
    rotations: Rotations,
    anatomy: ChiralityVote,
) -> tuple[PerspectiveRig | None, bool, MirrorVotes]:
    """Adjust few points in both worlds, and all in the one that anatomy or their costs say.

    Two cameras that look at one person leave focal lengths open, so that bodies have to tell them.
    None where it is not looked for or the footage is too short; and whether it is to be taken.
    """
    try:
        problem = RigProblem(footage.views.at(frames), config)
    except TooFewJoints as error:
        if config.projection == "perspective":
            raise
        warn_of_weak(str(error), footage.name)
        return None, False, MirrorVotes(anatomy, np.nan, np.nan, anatomy.mirrored)
    here = weak, rotations
    twin = weak.mirrored(), mirrored_rotations(rotations)
    first, first_of_twin = problem.first_bundle(*here), problem.first_bundle(*twin)
    votes = MirrorVotes.of(anatomy, first[0].cost, first_of_twin[0].cost)
    two = len(footage.views.cameras) == 2
    stretches = stretches_of(footage.spans) if two and config.body else []
    if stretches:
        tolerance = config.tolerance * footage.views.person_by_view
        found = rig_told_by_bodies(
            problem,
            *(twin if votes.mirrored else here),
            lambda cameras: footage.costs_of_bodies(cameras, stretches, tolerance),
        )
        tells = found.told
    elif two and config.projection == "auto" and config.focals == "auto":
        return None, False, votes
    else:
        found = problem.adjusted(*(first_of_twin if votes.mirrored else first))
        tells = found.told and votes.perspective_tells
    return found, tells or config.projection == "perspective", votes


def anatomy_of(weak: WeakPoses, views: RigViews, skeleton: Skeleton) -> ChiralityVote:
    """What anatomy says of the poses."""
    known = np.isfinite(weak.points).all(-1)
    scores = np.where(known, views.scores.max(0), 0.0).astype(np.float64)
    points, scores = complete(np.nan_to_num(weak.points), scores, skeleton)
    return vote(torch.from_numpy(points), torch.from_numpy(scores), skeleton)
