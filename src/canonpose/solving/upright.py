"""A world with z up, from how the subjects hold themselves."""

import numpy as np
from jaxtyping import Float

from canonpose.skeleton import Skeleton

TOPS = (("head_top",), ("nose",), ("left_ear", "right_ear"), ("neck",))
TOPS_BELOW = (("left_shoulder", "right_shoulder"),)
BOTTOMS = (("left_ankle", "right_ankle"), ("left_knee", "right_knee"), ("left_hip", "right_hip"))
FLOOR = 5.0
"""Percentile of the joints' heights that is taken for the floor's."""


def up_direction(
    points: Float[np.ndarray, "frame joint 3"], skeleton: Skeleton
) -> Float[np.ndarray, "3"] | None:
    """The mean direction from a body's lower end to its upper one, over time: an estimate of up.

    Whoever lies, bends or leans for most of the footage tilts it.

    Returns
    -------
    array [3], or None
        None where the skeleton names no such joints, or the directions cancel out.
    """
    top = next((j for j in (*TOPS, *TOPS_BELOW) if all(name in skeleton for name in j)), None)
    bottom = next((j for j in BOTTOMS if all(name in skeleton for name in j)), None)
    if top is None or bottom is None:
        return None
    axis = points[:, skeleton.indices(top)].mean(1) - points[:, skeleton.indices(bottom)].mean(1)
    length = np.linalg.norm(axis, axis=1)
    known = np.isfinite(length) & (length > 0)
    if not known.any():
        return None
    mean = (axis[known] / length[known, None]).mean(0)
    size = float(np.linalg.norm(mean))
    return mean / size if size > 0.1 else None


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
