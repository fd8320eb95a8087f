"""One take whose cameras move: the order in which things are found out."""

from collections.abc import Callable

import numpy as np

from canonpose.solving.all_frames import JointsIn3D
from canonpose.solving.checks import (
    check_angles,
    misfit_of,
    warn_of_cameras,
    warn_of_mirror,
    warn_of_misfit,
)
from canonpose.solving.config import SolveConfig
from canonpose.solving.footage import RigFootage
from canonpose.solving.moving.rotations import moving_rotations
from canonpose.solving.moving.take import TakeProblem
from canonpose.solving.rig import RigSolution, anatomy_of
from canonpose.solving.sequence.expectation import MOVING
from canonpose.solving.solved import MirrorVotes
from canonpose.solving.world import RigWorld, in_world

WIDTH = 0.3
"""Standard deviation in seconds of the window under which relative rotations are averaged."""


def solve_moving(
    footage: RigFootage,
    config: SolveConfig,
    subject_height: float | None,
    say: Callable[[str], None],
) -> RigSolution:
    """Rotations moment by moment, weak perspective, the mirror, perspective with bones, one frame.

    Parameters
    ----------
    footage : RigFootage
        Of one take.
    config : SolveConfig
    subject_height : float, optional
        Standing height in metres; makes the result metric.
    say : callable
        Told what is done, in a few words each.

    Raises
    ------
    InputError
        If the cameras see too little, or only from one side.
    """
    views, lifted = footage.views, footage.lifted
    tolerance = config.tolerance * views.person_by_view
    ((_, rate),) = footage.spans
    rotations = moving_rotations(lifted.rotations, lifted.weights, WIDTH * rate)
    check_angles(rotations[:, rotations.shape[1] // 2], views.cameras)
    say(f"take {footage.name}: weak perspective, rotations moment by moment")
    weak = footage.weak(rotations, np.arange(rotations.shape[1]), tolerance)
    problem = TakeProblem(views, weak, rotations, rate, MOVING, footage.bones, tolerance)
    say(f"take {footage.name}: this world and its mirror image")
    anatomy = anatomy_of(weak, views, footage.skeleton)
    costs = problem.cost(), problem.mirrored().cost()
    votes = MirrorVotes.of(anatomy, *costs)
    warn_of_mirror(votes, footage.name)
    say(f"take {footage.name}: all moments")
    found = (problem.mirrored() if votes.mirrored else problem).solved()
    seen = (views.scores > 0).sum(0) >= 2
    in_3d = JointsIn3D(
        np.where(seen[..., None], found.joints, np.nan),
        np.where(seen, found.sigma, np.nan),
        found.error,
        np.full(len(views.cameras), np.nan),
    )
    world = RigWorld(
        "moving",
        "focal lengths moment by moment",
        found.rotations[:, 0],
        None,
        in_3d,
        found.rotations,
        found.focals,
    )
    spread = np.full(len(views.cameras), np.nan)
    rig, takes, units = in_world(footage, world, votes, spread, np.nan, subject_height)
    warn_of_cameras(rig.reports, tolerance, footage.name)
    warn_of_misfit(misfit_of(in_3d.error, tolerance), footage.name)
    return RigSolution(rig, takes, units)
