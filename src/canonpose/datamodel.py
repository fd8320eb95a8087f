"""The one data model, from readers to exporters.

Axes have the same name everywhere: ``frame``, ``view`` (a camera at one moment), ``joint``,
``space``. Image positions are pixels, x right, y down. Camera frames are x right, y down, z away
from the camera (right-handed).
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Bool, Float

from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.skeleton import Skeleton

ASSUMED_FPS = 30.0
"""Frames per second where no file tells: those of most telephones and webcams."""


@dataclass(frozen=True, eq=False)
class Keypoints:
    """2D keypoints of one person, seen by one camera."""

    positions: Float[np.ndarray, "frame joint 2"]
    """Pixels, x right, y down; NaN where nothing was detected."""
    scores: Float[np.ndarray, "frame joint"]
    """The detector's confidence, 0..1; 0 wherever the position is NaN."""
    skeleton: Skeleton
    fps: float | None = None
    """Frames per second, where the file tells."""
    image_size: tuple[int, int] | None = None
    """(width, height) in pixels, where the file tells."""
    camera: str = ""
    source: str = ""
    """The file or folder that it was read from."""
    person: str = ""
    """Which person of the file this is, in words, and how many others there were."""
    times: Float[np.ndarray, " frame"] | None = None
    """Seconds, counted from anywhere (a video's: from its first frame), where the file tells;
    frames need not be evenly spaced."""

    def __len__(self) -> int:
        return len(self.positions)

    @property
    def seen(self) -> Bool[np.ndarray, "frame joint"]:
        """Where a joint counts: detected, with a confidence above 0."""
        return self.scores > 0


@dataclass(frozen=True, eq=False)
class Take:
    """One recording of one subject by several synchronised cameras, frame by frame."""

    name: str
    views: Mapping[str, Keypoints]
    """Camera name to its keypoints; all of the same length and skeleton."""
    rig: str
    """Takes of one rig share the cameras' relative rotations, if the cameras are static."""
    subject: str = ""

    def __len__(self) -> int:
        return len(next(iter(self.views.values())))


@dataclass(frozen=True, eq=False)
class Capture:
    """Takes by one set of cameras."""

    takes: tuple[Take, ...]
    cameras: tuple[str, ...]
    """The cameras used, in the order of the view axis; a take may lack some."""
    skeleton: Skeleton
    static_cameras: bool | None = None
    """Whether the cameras stood still during each take; None where nobody has said."""
    sources: tuple[str, ...] = ()
    """The folders that it was read from."""
    notes: tuple[str, ...] = field(default=())
    """What the reader decided and a user should know (who was chosen, what was left out)."""

    def __post_init__(self) -> None:
        counts = Counter(take.name for take in self.takes)
        if repeated := sorted(name for name, count in counts.items() if count > 1):
            raise InputError(
                f"{short_list(repeated)}: several takes of one capture have this name, by which "
                f"results are told apart; give each its own."
            )

    def __len__(self) -> int:
        return sum(len(take) for take in self.takes)


@dataclass(frozen=True, eq=False)
class Poses:
    """3D poses of one person in one camera's frame, relative to the root joint."""

    positions: Float[np.ndarray, "frame joint 3"]
    """Camera frame: x right, y down, z away; the root joint is at the origin."""
    scores: Float[np.ndarray, "frame joint"]
    """The confidence of the 2D keypoints that they were lifted from, 0..1."""
    canonical: Float[np.ndarray, "frame joint 3"]
    """The same poses in the learned canonical frame: ``positions = rotation @ canonical``."""
    rotation: Float[np.ndarray, "frame 3 3"]
    """From the canonical to the camera frame."""
    keypoints: Float[np.ndarray, "frame joint 2"]
    """The 2D keypoints that they were lifted from, in pixels."""
    skeleton: Skeleton
    units: str
    """"m" where the subject's height was given, else "body_height" or "bone_length"."""
    fps: float | None = None
    image_size: tuple[int, int] | None = None
    camera: str = ""
    source: str = ""

    person: str = ""
    """Which person of the file this is, in words, and how many others there were."""
    sigma: Float[np.ndarray, "frame joint"] | None = None
    """Distance within which a joint lies with a probability of 68.3 %, root-centred and at the
    right size, in the positions' unit; 0 at the root, NaN where nothing is said."""

    def __len__(self) -> int:
        return len(self.positions)
