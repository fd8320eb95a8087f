"""One rig from rotations to joints: the order in which things are found out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64

from canonpose.chirality import ChiralityVote, vote
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete
from canonpose.solving.all_frames import joints_of_perspective, joints_of_weak
from canonpose.solving.checks import check_angles, warn_of_cameras, warn_of_mirror
from canonpose.solving.config import SolveConfig
from canonpose.solving.footage import RigFootage
from canonpose.solving.moving.about_roots import steadied_about_roots
from canonpose.solving.perspective import PerspectiveRig, RigProblem
from canonpose.solving.rig_views import RigViews
from canonpose.solving.rotations import consensus_rotations
from canonpose.solving.solved import MirrorVotes, SolvedRig, SolvedTake
from canonpose.solving.weak import MIRROR, WeakPoses
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
    tolerance = config.tolerance * views.person
    rotations, spread = consensus_rotations(lifted.rotations, lifted.weights)
    check_angles(rotations, views.cameras)
    frames = footage.telling_frames(config.frames)
    say(f"rig {footage.name}: weak perspective")
    weak = footage.weak(rotations, frames, tolerance)
    anatomy = anatomy_of(weak, views.at(frames), footage.skeleton)
    found, votes = None, MirrorVotes(anatomy, np.nan, np.nan, anatomy.mirrored)
    if config.projection != "weak":
        say(f"rig {footage.name}: perspective, of this world and its mirror image")
        found, votes = _perspective(footage, config, frames, weak, rotations, anatomy)
    warn_of_mirror(votes, footage.name)
    if votes.mirrored:
        rotations = MIRROR @ rotations @ MIRROR
    say(f"rig {footage.name}: all moments")
    if found is not None and (
        config.projection == "perspective" or (found.told and votes.perspective_tells)
    ):
        cameras = found.bundle.cameras
        in_3d = joints_of_perspective(cameras, views, tolerance)
        if config.body:
            say(f"rig {footage.name}: bones and smooth motion")
            in_3d = footage.steadied(in_3d, cameras, tolerance)
        world = RigWorld("perspective", found.lens.name, cameras.rotations, cameras, in_3d)
    else:
        every = np.arange(views.positions.shape[1])
        weak = footage.weak(rotations, every, tolerance)
        in_3d = joints_of_weak(weak, rotations, tolerance)
        if config.body:
            say(f"rig {footage.name}: bones and smooth motion")
            in_3d = steadied_about_roots(
                in_3d, weak, rotations, views, footage.spans, footage.bones, tolerance
            )
        world = RigWorld("weak", "weak perspective", rotations, None, in_3d)
    deviation = found.bundle.focal_deviation if found is not None else np.nan
    rig, takes, units = in_world(footage, world, votes, spread, deviation, subject_height)
    warn_of_cameras(rig.reports, footage.name)
    return RigSolution(rig, takes, units)


def _perspective(
    footage: RigFootage,
    config: SolveConfig,
    frames: Int64[np.ndarray, " chosen"],
    weak: WeakPoses,
    rotations: Rotations,
    anatomy: ChiralityVote,
) -> tuple[PerspectiveRig, MirrorVotes]:
    """Adjust few points in both worlds, and all in the one that anatomy, else their costs, say."""
    problem = RigProblem(footage.views.at(frames), config)
    here = problem.first_bundle(weak, rotations)
    twin = problem.first_bundle(weak.mirrored(), MIRROR @ rotations @ MIRROR)
    costs = here[0].cost, twin[0].cost
    mirrored = anatomy.mirrored if anatomy.usable else costs[1] < costs[0]
    votes = MirrorVotes(anatomy, *costs, mirrored)
    return problem.adjusted(*(twin if mirrored else here)), votes


def anatomy_of(weak: WeakPoses, views: RigViews, skeleton: Skeleton) -> ChiralityVote:
    """What anatomy says of the poses."""
    known = np.isfinite(weak.points).all(-1)
    scores = np.where(known, views.scores.max(0), 0.0).astype(np.float64)
    points, scores = complete(np.nan_to_num(weak.points), scores, skeleton)
    return vote(torch.from_numpy(points), torch.from_numpy(scores), skeleton)
