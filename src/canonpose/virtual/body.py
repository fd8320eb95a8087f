"""What a moving body tells about the file that it is from: up, size, jumps, and toes."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float

from canonpose.inference.body_scale import body_size
from canonpose.skeleton import Skeleton

Positions = Float[np.ndarray, "frame joint 3"]

_HEAD = ("head_top", "head", "nose", "neck", "left_shoulder", "right_shoulder", "thorax")
_FEET = ("left_ankle", "right_ankle", "left_big_toe", "right_big_toe", "left_knee", "right_knee")


def upwards(positions: Positions, joints: Sequence[str]) -> Literal["y", "z"] | None:
    """The axis along which the head is above the feet; None where that is neither y nor z."""
    head = next((joints.index(joint) for joint in _HEAD if joint in joints), None)
    foot = next((joints.index(joint) for joint in _FEET if joint in joints), None)
    if head is None or foot is None:
        return None
    rise = np.nanmedian(positions[:, head] - positions[:, foot], axis=0)
    axis = int(np.argmax(rise))
    return {1: "y", 2: "z"}.get(axis) if rise[axis] > 0.5 * np.linalg.norm(rise) else None  # type: ignore[return-value]


def foot_is_toe(positions: Positions, joints: Sequence[str]) -> tuple[str, ...]:
    """Call a foot joint that lies in front of the ankle a toe, so that anatomy can vote with it.

    Parameters
    ----------
    positions : array [frame, joint, 3]
        Any unit; right-handed, so that in front is ``left x up``.
    joints : sequence of str
    """
    named = list(joints)
    needed = {"left_hip", "right_hip", "left_foot", "right_foot", "left_ankle", "right_ankle"}
    if not needed | {"left_knee", "right_knee"} <= set(joints) or "left_big_toe" in joints:
        return tuple(joints)

    def at(joint: str) -> np.ndarray:
        return positions[:, joints.index(joint)]

    forward_shares = []
    for side in ("left", "right"):
        forward = np.cross(
            at("left_hip") - at("right_hip"), at(f"{side}_knee") - at(f"{side}_ankle")
        )
        foot = at(f"{side}_foot") - at(f"{side}_ankle")
        cosine = (forward * foot).sum(-1)
        length = np.linalg.norm(forward, axis=-1) * np.linalg.norm(foot, axis=-1)
        forward_shares.append(np.nanmedian(cosine / np.maximum(length, 1e-9)))
    if min(forward_shares) > 0.5:
        for side in ("left", "right"):
            named[named.index(f"{side}_foot")] = f"{side}_big_toe"
    return tuple(named)


def stature(positions: Positions, skeleton: Skeleton) -> float:
    """The body's height, in the unit of the positions, from the lengths of its limbs.

    Without limbs and trunk, the largest extent of the body at one moment.
    """
    whole = positions[np.isfinite(positions).all((1, 2))]
    size, units = body_size(torch.from_numpy(whole), skeleton)
    if units == "body_height" and len(whole):
        return float(size.median())
    extent = np.nanmax(positions, axis=1) - np.nanmin(positions, axis=1)
    return float(np.nanmax(extent))


JUMP = 0.05
"""Metres, the least step of the mean joint that can be a jump."""


def longest_steady(positions: Positions) -> slice:
    """The longest stretch of frames in which the body never jumps.

    A jump is a step of the mean joint by more than 5 cm and three times the larger of the steps
    before and after it: bodies have inertia.
    """
    moved = np.linalg.norm(np.diff(positions, axis=0), axis=-1)
    counted = np.isfinite(moved)
    steps = np.where(counted, moved, 0).sum(-1) / np.maximum(counted.sum(-1), 1)
    around = np.stack([np.append(0, steps[:-1]), np.append(steps[1:], 0)])
    if len(steps) < 3:
        return slice(0, len(positions))
    around[:, 0], around[:, -1] = steps[1], steps[-2]
    jumps = np.flatnonzero((steps > JUMP) & (steps > 3 * around.max(0))) + 1
    edges = np.concatenate([[0], jumps, [len(positions)]])
    longest = int(np.argmax(np.diff(edges)))
    return slice(int(edges[longest]), int(edges[longest + 1]))
