"""Pairs of limbs: what a detector takes for each other when it mistakes left for right."""

from collections.abc import Collection

import numpy as np
from jaxtyping import Int

from canonpose.skeleton.skeleton import Skeleton

Limbs = list[Int[np.ndarray, "_ 2"]]


def paired_limbs(skeleton: Skeleton, joints: Collection[str] | None = None) -> Limbs:
    """Each pair of limbs as its (left, right) joint indices, from the trunk outwards.

    A pair of limbs is a pair of joints with all pairs that hang on it: head, arms, legs.

    Parameters
    ----------
    skeleton : Skeleton
    joints : collection of str, optional
        The joints to consider; all unless given.
    """
    joints = skeleton.joints if joints is None else joints
    pairs = {left: (left, right) for left, right in skeleton.pairs if left in joints}
    limbs: dict[str, list[tuple[str, str]]] = {}
    for left, pair in pairs.items():
        top = left
        while skeleton.parents.get(top) in pairs:
            top = skeleton.parents[top]
        limbs.setdefault(top, []).append(pair)
    return [np.stack([skeleton.indices(pair) for pair in limb]) for limb in limbs.values()]
