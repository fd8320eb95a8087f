"""What BlazePose's landmarks are called."""

import numpy as np
from jaxtyping import Int

from canonpose.skeleton import Skeleton, layout

LANDMARKS = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "left_mouth",
    "right_mouth",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_little_finger",
    "right_little_finger",
    "left_index_finger",
    "right_index_finger",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_big_toe",
    "right_big_toe",
    # The two points that the person's next region follows from.
    "region_middle",
    "region_rim",
)
"""In the order of the network's output, which has four more that nothing here needs."""

LIMBS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
BODY = tuple(name for name in LANDMARKS if name.endswith(LIMBS))
"""The landmarks that tell whether there is a person at all."""


def skeleton() -> Skeleton:
    """The layout of what the detector reports."""
    return layout("blazepose")


def landmark_indices(names: tuple[str, ...]) -> Int[np.ndarray, " joint"]:
    """Where landmarks of these names stand in the network's output."""
    return np.array([LANDMARKS.index(name) for name in names], dtype=np.int64)
