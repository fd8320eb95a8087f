"""The size of a pose, from body proportions."""

import torch
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


def body_size(
    poses: Float[Tensor, "*batch joint 3"], skeleton: Skeleton
) -> tuple[Float[Tensor, "*batch"], str]:
    """The length of one unit of the result, in the poses' own unit, and that unit's name.

    "body_height" where the skeleton has limbs or a trunk: the height of the person whose segments
    are as long, in sum, as the pose's. Else "bone_length": the sum of all bones.
    """
    usable = [
        segment for segment in SEGMENTS if all(j in skeleton for end in segment[:2] for j in end)
    ]
    if not usable:
        parents, children = torch.from_numpy(skeleton.bone_indices).unbind(-1)
        return (poses[..., children, :] - poses[..., parents, :]).norm(dim=-1).sum(
            -1
        ), "bone_length"
    length = sum(
        (_point(poses, skeleton, top) - _point(poses, skeleton, bottom)).norm(dim=-1)
        for top, bottom, _ in usable
    )
    return length / sum(share for _, _, share in usable), "body_height"


def _point(poses: Tensor, skeleton: Skeleton, joints: tuple[str, ...]) -> Tensor:
    return poses[..., skeleton.indices(joints), :].mean(-2)
