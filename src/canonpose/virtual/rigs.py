"""Where virtual cameras stand: on a ring, or anywhere around the subject."""

from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float

from canonpose.config_checks import above, at_least
from canonpose.errors import InputError
from canonpose.geometry.cameras import Camera
from canonpose.virtual.cameras import pinhole

Path3D = Float[np.ndarray, "moment joint 3"]
MARGIN = 1.1
"""Of the distance at which the subject just fits into the picture."""


@dataclass(frozen=True)
class Optics:
    """What all cameras of a rig share."""

    width: int = 1920
    """Pixels."""
    height: int = 1080
    """Pixels."""
    focal: float = 1.2
    """Focal length, in multiples of the picture's longer side."""

    def __post_init__(self) -> None:
        at_least(self, "camera ", width=1, height=1)
        above(self, "camera ", focal=0)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.width, self.height

    @property
    def focal_pixels(self) -> float:
        """Focal length in pixels."""
        return self.focal * max(self.size)


@dataclass(frozen=True)
class RingRig:
    """Cameras on a circle around the middle of the subject's path, which they look at."""

    cameras: int = 4
    angles: tuple[float, ...] | None = None
    """Degrees around the vertical, one for each camera; unless given they are spread evenly over an
    odd number of places, so that no two cameras are opposite and see the same silhouette."""
    start: float = 0.0
    """Degrees by which all are turned."""
    radius: float | None = None
    """Metres; unless given, or where it is too little, the least from which the whole path is in
    the picture."""
    elevation: float = 1.5
    """Metres above the ground."""
    optics: Optics = field(default_factory=Optics)

    def __post_init__(self) -> None:
        if self.cameras < 1 or (self.angles is not None and len(self.angles) != self.cameras):
            raise InputError(
                f"a ring of {self.cameras} cameras with {len(self.angles or ())} angles is none; "
                f"give one angle for each."
            )
        above(self, "ring ", radius=0)

    def place(self, path: Path3D, random: np.random.Generator) -> tuple[Camera, ...]:
        """The cameras, still, for a subject with this path.

        Parameters
        ----------
        path : array [moment, joint, 3]
            World metres, y up, NaN where unknown.
        random : Generator
            Not used: a ring has nothing random.
        """
        stage = Stage.of(path)
        radius = max(self.radius or LEAST_DISTANCE, stage.distance(self.optics))
        places = self.cameras + 1 - self.cameras % 2
        spread = np.arange(self.cameras) * 360 / places
        angles = np.radians((spread if self.angles is None else np.array(self.angles)) + self.start)
        around = np.stack([np.sin(angles), np.zeros_like(angles), np.cos(angles)], axis=-1)
        stands = stage.ground + radius * around + np.array([0, self.elevation, 0])
        return _looking_at(stage.middle, stands, self.optics)


@dataclass(frozen=True)
class RandomRig:
    """Cameras at random directions and distances, no two alike and no two opposite."""

    cameras: int = 4
    distances: tuple[float, float] = (1.0, 1.5)
    """Range, in multiples of the distance from which the whole path is in the picture."""
    elevations: tuple[float, float] = (-10.0, 35.0)
    """Range of the angle above the horizon, in degrees."""
    least_angle: float = 25.0
    """Degrees between any two lines of sight, and between any one and the opposite of another."""
    optics: Optics = field(default_factory=Optics)

    def place(self, path: Path3D, random: np.random.Generator) -> tuple[Camera, ...]:
        """The cameras, still, for a subject with this path.

        Parameters
        ----------
        path : array [moment, joint, 3]
            World metres, y up, NaN where unknown.
        random : Generator
            Decides where they stand.

        Raises
        ------
        InputError
            If there is no room for so many cameras so far apart.
        """
        stage = Stage.of(path)
        near = max(LEAST_DISTANCE, stage.distance(self.optics))
        directions = self._directions(random)
        lengths = near * random.uniform(*self.distances, self.cameras)
        places = stage.middle + lengths[:, None] * directions
        return _looking_at(stage.middle, places, self.optics)

    def _directions(self, random: np.random.Generator) -> Float[np.ndarray, "camera 3"]:
        for _ in range(200):
            chosen: list[np.ndarray] = []
            for _ in range(50 * self.cameras):
                azimuth = random.uniform(0, 2 * np.pi)
                elevation = np.radians(random.uniform(*self.elevations))
                level = np.cos(elevation)
                tried = np.array(
                    [level * np.sin(azimuth), np.sin(elevation), level * np.cos(azimuth)]
                )
                apart = np.cos(np.radians(self.least_angle))
                if all(abs(tried @ other) <= apart for other in chosen):
                    chosen.append(tried)
                if len(chosen) == self.cameras:
                    return np.stack(chosen)
        raise InputError(
            f"there is no room for {self.cameras} cameras that are {self.least_angle:g} degrees "
            f"apart; lower the angle or the number."
        )


Rig = RingRig | RandomRig
LEAST_DISTANCE = 3.0
"""Metres."""


@dataclass(frozen=True)
class Stage:
    """The room that a subject's path takes up."""

    ground: Float[np.ndarray, "3"]
    """Below the middle of the path, on the ground."""
    reach: float
    """Metres from the middle to the farthest joint, seen from above."""
    height: float
    """Metres from the ground to the highest joint."""

    @classmethod
    def of(cls, path: Path3D) -> "Stage":
        """The stage of a path in world metres, y up."""
        joints = path[np.isfinite(path).all(-1)]
        low, high = joints.min(0), joints.max(0)
        ground = np.array([(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2])
        reach = np.linalg.norm((joints - ground)[:, [0, 2]], axis=-1).max()
        return cls(ground, float(reach), float(high[1] - low[1]))

    @property
    def middle(self) -> Float[np.ndarray, "3"]:
        """What cameras look at."""
        return self.ground + np.array([0, self.height / 2, 0])

    def distance(self, optics: Optics) -> float:
        """Metres from the middle from which all of the stage is in the picture."""
        across = np.arctan(optics.width / 2 / optics.focal_pixels)
        sideways = self.reach / np.sin(across)
        upwards = self.reach + self.height / 2 * optics.focal_pixels / (optics.height / 2)
        return float(MARGIN * max(sideways, upwards))


def _looking_at(
    target: Float[np.ndarray, "3"], places: Float[np.ndarray, "camera 3"], optics: Optics
) -> tuple[Camera, ...]:
    return tuple(
        pinhole(f"cam{number}", optics.size, optics.focal_pixels, place, target)
        for number, place in enumerate(places, 1)
    )
