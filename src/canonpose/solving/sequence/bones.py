"""Bones of a subject: which pairs of joints keep their distance, and how far it is."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float, Int64

from canonpose.skeleton import Skeleton

Joints = Float[np.ndarray, "moment joint 3"]


@dataclass(frozen=True, eq=False)
class Bones:
    """Pairs of detected joints with their lengths."""

    ends: Int64[np.ndarray, "bone 2"]
    lengths: Float[np.ndarray, " bone"]

    def __len__(self) -> int:
        return len(self.ends)


def bone_ends(skeleton: Skeleton) -> Int64[np.ndarray, "bone 2"]:
    """Bones between detected joints, by their places among these.

    Where a bone begins at a derived joint (a pelvis between hips), those that hang on it are taken
    as bones of each other.
    """
    places = {joint: place for place, joint in enumerate(skeleton.detected)}
    found = [
        (places[parent], places[joint])
        for joint, parent in skeleton.parents.items()
        if joint in places and parent in places
    ]
    for derived in skeleton.derived:
        around = [places[joint] for joint in skeleton.derived[derived] if joint in places]
        found += combinations(around, 2)
    return np.array(sorted(set(found)), dtype=np.int64).reshape(-1, 2)


def measured(joints: Joints, ends: Int64[np.ndarray, "bone 2"]) -> Bones:
    """Each bone as long as in the median over moments; joints are NaN where unknown."""
    lengths = np.linalg.norm(joints[:, ends[:, 1]] - joints[:, ends[:, 0]], axis=-1)
    known = np.isfinite(lengths).any(0)
    return Bones(ends[known], np.nanmedian(lengths[:, known], axis=0))


@dataclass(frozen=True, eq=False)
class Stretch:
    """How far bones are off their lengths, and in which direction they lie."""

    values: Float[np.ndarray, "moment bone"]
    """Too long, in the unit of the joints."""
    along: Float[np.ndarray, "moment bone 3"]
    """Unit vectors from the first end to the second: the derivative by the second end."""


def stretch(joints: Joints, bones: Bones) -> Stretch:
    """Of finite joints."""
    apart = joints[:, bones.ends[:, 1]] - joints[:, bones.ends[:, 0]]
    lengths = np.linalg.norm(apart, axis=-1)
    along = apart / np.maximum(lengths, 1e-9)[..., None]
    return Stretch(lengths - bones.lengths, along)
