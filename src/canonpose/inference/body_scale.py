"""The size of a pose, from body proportions."""

from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

from canonpose.skeleton import Skeleton

SEGMENTS: tuple[tuple[tuple[str, ...], tuple[str, ...], float], ...] = (
    *(
        ((f"{side}_{upper}",), (f"{side}_{lower}",), share)
        for side in ("left", "right")
        for upper, lower, share in (
            ("shoulder", "elbow", 0.186),
            ("elbow", "wrist", 0.146),
            ("hip", "knee", 0.245),
            ("knee", "ankle", 0.246),
        )
    ),
    (("left_shoulder", "right_shoulder"), ("left_hip", "right_hip"), 0.288),
)
"""Segment ends and mean length as a share of body height (Drillis and Contini 1966; Winter,
Biomechanics and Motor Control of Human Movement, table of segment lengths)."""


class Segments(NamedTuple):
    """What the size of a skeleton's poses is measured by: the length of these, in sum."""

    ends: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    """Of each segment the joints in whose middle it begins, and in whose middle it ends."""
    total: float
    """How long they are together in a body of size 1."""
    units: str
    """What size 1 is: "body_height" or "bone_length"."""


def segments_of(skeleton: Skeleton) -> Segments:
    """Limbs and trunk, as far as the skeleton has them; else all its bones."""
    usable = [
        segment for segment in SEGMENTS if all(j in skeleton for end in segment[:2] for j in end)
    ]
    if not usable:
        bones = tuple(((parent,), (child,)) for parent, child in skeleton.bones)
        return Segments(bones, 1.0, "bone_length")
    ends = tuple((top, bottom) for top, bottom, _ in usable)
    return Segments(ends, sum(share for _, _, share in usable), "body_height")


def body_size(
    poses: Float[Tensor, "*batch joint 3"], skeleton: Skeleton
) -> tuple[Float[Tensor, "*batch"], str]:
    """The length of one unit of the result, in the poses' own unit, and that unit's name.

    "body_height" where the skeleton has limbs or a trunk: the height of the person whose segments
    are as long, in sum, as the pose's. Else "bone_length": the sum of all bones.
    """
    segments = segments_of(skeleton)
    length = sum(
        (
            (_point(poses, skeleton, end) - _point(poses, skeleton, start)).norm(dim=-1)
            for start, end in segments.ends
        ),
        start=poses.new_zeros(poses.shape[:-2]),
    )
    return length / segments.total, segments.units


def _point(poses: Tensor, skeleton: Skeleton, joints: tuple[str, ...]) -> Tensor:
    return poses[..., skeleton.indices(joints), :].mean(-2)
