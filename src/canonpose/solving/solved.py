"""What solving gives: footage in 3D, its cameras, and how far to trust both."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from canonpose.chirality import ChiralityVote
from canonpose.chirality.resolve import SMALL_MARGIN
from canonpose.geometry.cameras import Camera
from canonpose.skeleton import Skeleton

TELLING = 1.25
"""Times the cost of the world that fits better that its mirror image must cost to say anything."""
BY_FAR = 3.0
"""The same, to be followed where anatomy is in doubt. Of upright people it is 1 to 2.5."""

SIZES_UNKNOWN = "the files do not tell the size of the image"
"""In the note of a solution whose picture sizes are those of the detections; of earlier solutions,
nothing else says it."""


@dataclass(frozen=True, eq=False)
class MovingCameras:
    """How the cameras of a take turned and zoomed; where they stood is not told."""

    names: tuple[str, ...]
    rotations: Float[np.ndarray, "frame camera 3 3"]
    """From the take's frame to each camera's."""
    focals: Float[np.ndarray, "frame camera"]
    """Pixels; how they change is told better than how long they are."""


@dataclass(frozen=True, eq=False)
class SolvedTake:
    """One take in 3D."""

    name: str
    rig: str
    positions: Float[np.ndarray, "frame joint 3"]
    """In the rig's world: z up, y away from the first camera (at the first frame, where it moves);
    NaN where not valid. Of a weak-perspective solution and of moving cameras relative to the root
    joint of each frame; the axes are then those in which moving cameras turn least."""
    valid: Bool[np.ndarray, "frame joint"]
    """Where two views or more fix the joint."""
    scores: Float[np.ndarray, "frame joint"]
    """Mean confidence of the detections that it rests on."""
    sigma: Float[np.ndarray, "frame joint"]
    """Root mean square distance that the joint may be off, in the positions' unit, from the views'
    geometry and the size of their residuals; NaN where not valid."""
    fps: float | None = None
    cameras: MovingCameras | None = None
    """Frame by frame, where they move."""


@dataclass(frozen=True)
class MirrorVotes:
    """Whether the world is the real one or its mirror image, by two witnesses."""

    anatomy: ChiralityVote
    """On the triangulated poses, in the lifter's world."""
    cost: float
    """Of the lifter's world after bundle adjustment, mean per detection; NaN where not tried."""
    mirrored_cost: float
    """The same of its mirror image."""
    mirrored: bool
    """Whether the lifter's world was the mirrored one, and was turned round."""

    @classmethod
    def of(cls, anatomy: ChiralityVote, cost: float, mirrored_cost: float) -> "MirrorVotes":
        """Anatomy decides, unless it hardly tells and perspective does by far.

        Anatomy votes on weak-perspective poses, which are at their worst where people hang upside
        down or cameras are rolled, as the lifter has not seen such views.
        """
        by_cost = mirrored_cost < cost
        low, high = sorted((cost, mirrored_cost))
        in_doubt = abs(anatomy.margin) < SMALL_MARGIN and high > BY_FAR * low
        decides = anatomy.usable and not in_doubt
        return cls(anatomy, cost, mirrored_cost, anatomy.mirrored if decides else by_cost)

    @property
    def perspective_tells(self) -> bool:
        """Whether one world fits clearly better than its mirror image.

        Where both fit alike, perspective leaves no trace: neither the mirror nor places and focal
        lengths of the cameras can be read from the footage.
        """
        low, high = sorted((self.cost, self.mirrored_cost))
        return bool(high > TELLING * low)

    @property
    def unsure(self) -> bool:
        """Whether the result may be the mirror image: neither witness tells clearly."""
        low, high = sorted((self.cost, self.mirrored_cost))
        clear = self.perspective_tells if not self.anatomy.usable else high > BY_FAR * low
        return not clear and abs(self.anatomy.margin) < SMALL_MARGIN

    @property
    def disagree(self) -> bool:
        """Whether anatomy and perspective say different things."""
        both = self.perspective_tells and self.anatomy.usable
        return both and (self.mirrored_cost < self.cost) != self.anatomy.mirrored


@dataclass(frozen=True, eq=False)
class CameraReport:
    """How one camera agrees with the others."""

    name: str
    error: float
    """Median distance of its detections from the solved joints, in pixels."""
    error_left_out: float
    """The same with joints solved by the other cameras alone; NaN with two cameras."""
    rotation_spread: float
    """Median angle in degrees by which the lifter's rotations are off the consensus."""
    focal: float
    """Pixels, in the median of moments where it moves; NaN of a weak-perspective solution."""


@dataclass(frozen=True, eq=False)
class SolvedRig:
    """The cameras of one rig."""

    name: str
    projection: str
    """"perspective", "weak" or, where cameras move, "moving"."""
    lens: str
    """What was found of the lenses, in words."""
    rotations: Mapping[str, Float[np.ndarray, "3 3"]]
    """From the world to each camera; at the first frame, where it moves."""
    cameras: Mapping[str, Camera]
    """In the world and unit of the positions; empty of a weak-perspective solution
    and of moving cameras."""
    reports: tuple[CameraReport, ...]
    joint_errors: Mapping[str, float]
    """Median distance of detections from the solved joint, in pixels."""
    votes: MirrorVotes
    focal_deviation: float
    """Relative standard deviation of the focal length; NaN where it was not looked for."""
    sizes_guessed: tuple[str, ...] = ()
    """Cameras whose image size no file tells: it is taken to be that of the detections."""


@dataclass(frozen=True, eq=False)
class Solved:
    """A capture in 3D."""

    takes: tuple[SolvedTake, ...]
    rigs: tuple[SolvedRig, ...]
    skeleton: Skeleton
    units: str
    """"m" where the subject's height was given, else "body_height" or "bone_length"."""
    notes: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
