"""What a camera cannot see: joints behind the torso, and joints outside the picture."""

import numpy as np
from jaxtyping import Bool, Float

from canonpose.skeleton import Skeleton

_CORNERS = ("left_shoulder", "right_shoulder", "right_hip", "left_hip")
BEHIND = 0.1
"""Metres behind the middle of the torso from which a joint is hidden by it."""
FACE = ("nose", "left_eye", "right_eye")
FACE_AWAY = 0.03
"""Metres that the face is farther away than the ears when the back of the head is seen."""


FACE_COVER = 1.9
"""How much harder that makes them, with a joint behind the torso as 1; both as measured."""


def cover(
    pixels: Float[np.ndarray, "*batch joint 2"],
    depths: Float[np.ndarray, "*batch joint"],
    skeleton: Skeleton,
) -> Float[np.ndarray, "*batch joint"]:
    """How much each joint is hidden by the body itself: 0 in full view, 1 behind the torso.

    Parameters
    ----------
    pixels : array [..., joint, 2]
    depths : array [..., joint]
        Metres from the camera.
    skeleton : Skeleton
    """
    torso = behind_torso(pixels, depths, skeleton)
    return np.maximum(torso, FACE_COVER * face_away(depths, skeleton))


def behind_torso(
    pixels: Float[np.ndarray, "*batch joint 2"],
    depths: Float[np.ndarray, "*batch joint"],
    skeleton: Skeleton,
) -> Bool[np.ndarray, "*batch joint"]:
    """Joints whose image lies in that of the torso, and that are farther away than it.

    Parameters
    ----------
    pixels : array [..., joint, 2]
    depths : array [..., joint]
        Metres from the camera.
    skeleton : Skeleton
        Without shoulders and hips nothing is hidden.
    """
    hidden = np.zeros(depths.shape, dtype=bool)
    if not set(_CORNERS) <= set(skeleton.joints):
        return hidden
    corners = skeleton.indices(_CORNERS)
    outline = pixels[..., corners, :]
    sides = []
    for corner in range(len(_CORNERS)):
        start = outline[..., None, corner, :]
        edge = outline[..., None, (corner + 1) % len(_CORNERS), :] - start
        point = pixels - start
        sides.append(edge[..., 0] * point[..., 1] - edge[..., 1] * point[..., 0])
    inside = (np.stack(sides) > 0).all(0) | (np.stack(sides) < 0).all(0)
    return inside & (depths > depths[..., corners].mean(-1, keepdims=True) + BEHIND)


def face_away(
    depths: Float[np.ndarray, "*batch joint"], skeleton: Skeleton
) -> Bool[np.ndarray, "*batch joint"]:
    """Nose and eyes where they are farther from the camera than the ears (metres)."""
    hidden = np.zeros(depths.shape, dtype=bool)
    ears = ("left_ear", "right_ear")
    if not set(ears) <= set(skeleton.joints):
        return hidden
    limit = depths[..., skeleton.indices(ears)].mean(-1) + FACE_AWAY
    for joint in FACE:
        if joint in skeleton:
            hidden[..., skeleton.index(joint)] = depths[..., skeleton.index(joint)] > limit
    return hidden


def outside(
    pixels: Float[np.ndarray, "*batch joint 2"], size: tuple[int, int]
) -> Bool[np.ndarray, "*batch joint"]:
    """Joints outside a picture of (width, height), or behind the camera."""
    within = (pixels >= 0) & (pixels <= np.array(size) - 1)
    return np.logical_not(within.all(-1))
