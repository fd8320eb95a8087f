"""A face for motion capture that has none: nose, eyes and ears on a head that looks about.

Motion capture knows where the head is, not which way it looks; detectors see faces, and a face
tells front from back. The face is put on the head as a face lies there, looking where the
shoulders point, turned and nodding a little as people do.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.skeleton import Skeleton
from canonpose.virtual.body import stature
from canonpose.virtual.motion import Motion
from canonpose.virtual.processes import smooth_process

FACE: dict[str, tuple[float, float, float]] = {
    "nose": (0.0, -0.006, 0.068),
    "left_eye": (0.018, 0.012, 0.052),
    "right_eye": (-0.018, 0.012, 0.052),
    "left_ear": (0.043, 0.0, 0.0),
    "right_ear": (-0.043, 0.0, 0.0),
}
"""Shares of body height from the middle of the ears: to the left, up and forward. Round figures of
an adult's head, which is 0.13 of the body high (Drillis and Contini) and two thirds as broad."""
YAW, PITCH = 25.0, 10.0
"""Degrees (standard deviation) by which the head turns and nods against the shoulders."""
SECONDS = 0.6
"""Over which it does so."""
NEEDED = ("head", "neck", "left_shoulder", "right_shoulder")


def with_face(motion: Motion, random: np.random.Generator) -> Motion:
    """The motion with nose, eyes and ears around its joint ``head``.

    Parameters
    ----------
    motion : Motion
        With head, neck and shoulders, and without a face.
    random : Generator
        Decides how the head turns.

    Raises
    ------
    InputError
        If the motion lacks a joint that the face hangs on.
    """
    if missing := [joint for joint in NEEDED if joint not in motion.skeleton]:
        raise InputError(
            f"{motion.source or motion.name}: has no {missing[0]!r}, on which a face could be put; "
            f"leave it out, or rename its joints."
        )
    head, neck, left, right = (
        motion.positions[:, motion.skeleton.index(joint)] for joint in NEEDED
    )
    turned = head_frames(head - neck, left - right) @ _looking_about(motion, random)
    size = stature(motion.positions, motion.skeleton)
    offsets = size * np.array(list(FACE.values()))
    face = head[:, None] + offsets @ turned.swapaxes(-1, -2)
    positions = np.insert(motion.positions, [len(motion.skeleton.detected)], face, axis=1)
    return replace(motion, positions=positions, skeleton=_skeleton(motion.skeleton))


def head_frames(
    up: Float[np.ndarray, "frame 3"], left: Float[np.ndarray, "frame 3"]
) -> Float[np.ndarray, "frame 3 3"]:
    """Rotations whose columns are a head's left, up and forward in the world.

    Parameters
    ----------
    up : array [frame, 3]
        Along the neck; kept as it is but for its length.
    left : array [frame, 3]
        From the right to the left shoulder.
    """
    up = up / np.linalg.norm(up, axis=-1, keepdims=True)
    forward = np.cross(left, up)
    forward /= np.maximum(np.linalg.norm(forward, axis=-1, keepdims=True), 1e-9)
    return np.stack([np.cross(up, forward), up, forward], axis=-1)


def _looking_about(motion: Motion, random: np.random.Generator) -> Float[np.ndarray, "frame 3 3"]:
    angles = smooth_process(random, (len(motion), 2), SECONDS * motion.fps) * [YAW, PITCH]
    return Rotation.from_euler("YX", angles, degrees=True).as_matrix()


def _skeleton(skeleton: Skeleton) -> Skeleton:
    return replace(
        skeleton,
        joints=(*skeleton.detected, *FACE, *skeleton.derived),
        parents={**skeleton.parents, **{joint: "head" for joint in FACE}},
        pairs=(*skeleton.pairs, ("left_eye", "right_eye"), ("left_ear", "right_ear")),
    )
