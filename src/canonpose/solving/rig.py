"""One rig from rotations to joints: the order in which things are found out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64

from canonpose.baselines.rig import RigViews, rig_views
from canonpose.baselines.self_calibration import detected_only
from canonpose.chirality import ChiralityVote, vote
from canonpose.datamodel import Capture, Take
from canonpose.errors import InputError
from canonpose.inference.body_scale import body_size
from canonpose.lifter import TrainedLifter
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete
from canonpose.solving.all_frames import JointsIn3D, joints_of_perspective, joints_of_weak
from canonpose.solving.checks import check_angles, warn_of_cameras, warn_of_mirror
from canonpose.solving.config import SolveConfig
from canonpose.solving.lifted_views import LiftedViews, lifted_views
from canonpose.solving.perspective import PerspectiveRig, RigProblem
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rotations import consensus_rotations
from canonpose.solving.sequence.bones import bone_ends
from canonpose.solving.sequence.expectation import RATE
from canonpose.solving.sequence.steadied import steadied
from canonpose.solving.solved import MirrorVotes, SolvedRig, SolvedTake
from canonpose.solving.weak import MIRROR, WeakPoses, weak_triangulation
from canonpose.solving.world import RigWorld, in_world

Rotations = Float[np.ndarray, "view 3 3"]


@dataclass(frozen=True, eq=False)
class RigFootage:
    """What the cameras of one rig saw, and what the lifter says of it; all takes in a row."""

    name: str
    takes: tuple[Take, ...]
    skeleton: Skeleton
    views: RigViews
    """Detected joints only."""
    lifted: LiftedViews

    @classmethod
    def of(
        cls,
        name: str,
        takes: Sequence[Take],
        capture: Capture,
        lifter: TrainedLifter,
        device: str = "auto",
    ) -> "RigFootage":
        """Gather the takes of a rig and lift their views."""
        views = rig_views(takes, capture.cameras, detected_only(capture.skeleton))
        lifted = lifted_views(takes, views.cameras, lifter, device)
        return cls(name, tuple(takes), capture.skeleton, views, lifted)

    @property
    def joints(self) -> Skeleton:
        """The skeleton of the detected joints."""
        return detected_only(self.skeleton)

    @property
    def spans(self) -> tuple[tuple[slice, float], ...]:
        """The moments of every take, and how many of them are a second."""
        ends = np.cumsum([len(take) for take in self.takes]).tolist()
        rates = [next(iter(take.views.values())).fps or RATE for take in self.takes]
        begins = [0, *ends[:-1]]
        return tuple(
            (slice(begin, end), float(rate))
            for begin, end, rate in zip(begins, ends, rates, strict=True)
        )

    def telling_frames(self, most: int) -> Int64[np.ndarray, " chosen"]:
        """Moments spread over the footage that two cameras or more can lift."""
        frames = np.flatnonzero((self.lifted.weights > 0).sum(0) >= 2)
        if not len(frames):
            raise InputError(
                f"rig {self.name!r}: no moment is seen by two cameras; check that the takes are "
                f"synchronised and show the same person."
            )
        return frames[:: -(-len(frames) // most)]

    def weak(
        self,
        rotations: Rotations | Float[np.ndarray, "view chosen 3 3"],
        frames: Int64[np.ndarray, " chosen"],
        tolerance: float,
    ) -> WeakPoses:
        """Weak-perspective poses of some moments, all of one body size.

        Rotations are those of still cameras, or of these moments.
        """
        few = self.views.at(frames)
        poses = weak_triangulation(
            few.positions.astype(np.float64),
            few.scores.astype(np.float64),
            rotations,
            self.lifted.scales[:, frames],
            tolerance=tolerance,
        )
        sizes = body_size(torch.from_numpy(poses.points), self.joints)[0].numpy()
        known = np.isfinite(sizes) & (sizes > 0)
        if not known.any():
            raise InputError(
                f"rig {self.name!r}: no moment shows all limbs, so that the person's size is not "
                f"known; film more of the whole body."
            )
        return poses.at_size(1 / np.where(known, sizes, np.median(sizes[known])))

    def steadied(self, in_3d: JointsIn3D, cameras: Pinholes, tolerance: float) -> JointsIn3D:
        """Joints of still cameras, with bones of constant length and smooth motion."""
        sizes = body_size(torch.from_numpy(in_3d.positions), self.joints)[0]
        size = float(sizes.nanmedian())
        if not np.isfinite(size) or size <= 0:
            return in_3d
        ends = bone_ends(self.skeleton)
        return steadied(in_3d, cameras, self.views, self.spans, ends, size, tolerance)


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
        in_3d = joints_of_weak(footage.weak(rotations, every, tolerance), rotations, tolerance)
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
