"""A world with z up, from how the subjects hold themselves."""

import warnings

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputWarning
from canonpose.skeleton import Skeleton

SHOULDERS = ("left_shoulder", "right_shoulder")
EARS = ("left_ear", "right_ear")
HIPS = ("left_hip", "right_hip")
KNEES = ("left_knee", "right_knee")
ANKLES = ("left_ankle", "right_ankle")
NECK, HEAD_TOP, NOSE = ("neck",), ("head_top",), ("nose",)
AXES = (
    *((top, ANKLES) for top in (SHOULDERS, NECK, EARS, HEAD_TOP, HIPS, NOSE)),
    *((top, KNEES) for top in (EARS, HEAD_TOP, NOSE, NECK, SHOULDERS)),
    *((top, HIPS) for top in (SHOULDERS, NECK, EARS, HEAD_TOP, NOSE)),
)
"""Upper and lower ends of a body, of which the first that are seen often enough count.

Ordered by how far their mean direction is off the vertical in 94 clips of CMU's: 2.3 degrees in
the median from ankles to shoulders, 3.8 to the ears, 7.1 to the nose, which tilts the world
towards where people look.
"""
ENOUGH = 0.5
"""Of the moments at which the ends that are seen most are."""
NOTHING = 0.1
"""Length of the mean direction up to which it is chance; 1 is a body that never leans."""
STEADY = 0.8
"""The same, below which the subjects lie, bend or tumble too much. From ankles to shoulders it was
0.85 or more in each of 94 clips of CMU's and 4 of break-dance, and less than 0.8 in one of CMU's
142 parts of 5 seconds (26 degrees off)."""
AGAINST_PICTURES = 60.0
"""Degrees off what is up in the pictures, beyond which it is rather that subjects lie than that
they lean (43 at most in those 142 parts, climbing) or that cameras are tilted."""
FLOOR = 5.0
"""Percentile of the joints' heights that is taken for the floor's."""


def upright_turn(
    points: Float[np.ndarray, "frame joint 3"],
    skeleton: Skeleton,
    rotations: Float[np.ndarray, "view 3 3"],
    rig: str,
) -> Float[np.ndarray, "3 3"]:
    """The rotation into a world whose z is up by the bodies; warns where they hardly tell it.

    Where they do not at all, what is up in the pictures is taken, as phones on tripods are level.

    Parameters
    ----------
    points : array [frame, joint, 3]
        In any unit and frame; NaN where missing.
    skeleton : Skeleton
        Of all joints.
    rotations : array [view, 3, 3]
        From that frame to each camera's. What is forward to the first will be y.
    rig : str
        For the message.
    """
    mean = mean_axis(points, skeleton)
    steadiness = float(np.linalg.norm(mean))
    if steadiness <= NOTHING:
        _warn(rig, "nothing tells which way is up but the pictures, as no body keeps its head up")
        pictures = up_in_pictures(rotations)
        return np.eye(3) if pictures is None else upright_rotation(pictures, rotations[0, 2])
    up = mean / steadiness
    off = _off_pictures(up, rotations)
    if steadiness < STEADY:
        _warn(rig, "the subjects lie, bend or turn over for much of the time")
    elif off > AGAINST_PICTURES:
        _warn(rig, f"the subjects' bodies are {off:.0f} degrees off what is up in the pictures")
    return upright_rotation(up, rotations[0, 2])


def up_in_pictures(rotations: Float[np.ndarray, "view 3 3"]) -> Float[np.ndarray, "3"] | None:
    """What is up in the cameras' pictures together; None if these do not agree."""
    pictures = -rotations[:, 1].mean(0)
    length = float(np.linalg.norm(pictures))
    return pictures / length if length > NOTHING else None


def _off_pictures(up: Float[np.ndarray, "3"], rotations: Float[np.ndarray, "view 3 3"]) -> float:
    """Degrees from up to what is up in the cameras' pictures; 0 if these do not agree."""
    pictures = up_in_pictures(rotations)
    return 0.0 if pictures is None else float(np.degrees(np.arccos(np.clip(up @ pictures, -1, 1))))


def _warn(rig: str, why: str) -> None:
    warnings.warn(
        f"rig {rig!r}: {why}, so that z of the result may not be up; turn it, or film somebody who "
        f"stands or walks as well.",
        InputWarning,
        stacklevel=5,
    )


def mean_axis(
    points: Float[np.ndarray, "frame joint 3"], skeleton: Skeleton
) -> Float[np.ndarray, "3"]:
    """The mean over time of the direction (of length 1) from a body's lower end to its upper one.

    Shorter the less steady the direction is, and 0 where no ends are seen. Whoever lies, bends or
    leans for most of the footage tilts it.
    """
    axes = [_directions(points, skeleton, top, bottom) for top, bottom in AXES]
    most = max(len(axis) for axis in axes)
    if not most:
        return np.zeros(3)
    return next(axis for axis in axes if len(axis) >= ENOUGH * most).mean(0)


def _directions(
    points: Float[np.ndarray, "frame joint 3"],
    skeleton: Skeleton,
    top: tuple[str, ...],
    bottom: tuple[str, ...],
) -> Float[np.ndarray, "known 3"]:
    """From the middle of some joints to that of others, at the moments that show all of them."""
    if not all(name in skeleton for name in (*top, *bottom)):
        return np.zeros((0, 3))
    axis = points[:, skeleton.indices(top)].mean(1) - points[:, skeleton.indices(bottom)].mean(1)
    length = np.linalg.norm(axis, axis=1)
    known = np.isfinite(length) & (length > 0)
    return axis[known] / length[known, None]


def upright_rotation(
    up: Float[np.ndarray, "3"], forward: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "3 3"]:
    """The rotation into a world whose z is up, and whose y is forward without its height.

    Parameters
    ----------
    up : array [3]
        Of length 1.
    forward : array [3]
        Any direction; if it is along `up`, another one is taken.
    """
    level = forward - (forward @ up) * up
    if np.linalg.norm(level) < 1e-6:
        level = np.eye(3)[int(np.argmin(np.abs(up)))]
        level = level - (level @ up) * up
    level = level / np.linalg.norm(level)
    return np.stack([np.cross(level, up), level, up])


def floor_origin(
    points: Float[np.ndarray, "frame joint 3"],
) -> Float[np.ndarray, "3"]:
    """Below the middle of what the subjects did, on the floor; z is up."""
    known = points[np.isfinite(points).all(-1)]
    middle = np.median(known, axis=0)
    return np.array([middle[0], middle[1], np.percentile(known[:, 2], FLOOR)])
