"""On which side of the body's planes a pose has its joints."""

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.anatomy.rules import Point, Rule
from canonpose.skeleton import Skeleton

SMALLEST_LENGTH = 1e-9


def signed_side(
    poses: Float[Tensor, "*batch joint 3"], skeleton: Skeleton, rule: Rule
) -> Float[Tensor, "*batch"]:
    """``(left x up) . toward`` of unit vectors, from -1 to 1: positive in a body as bodies are.

    It does not change under rotation, translation and scale, and a mirror negates it. ``toward`` is
    measured against a limb's length, so that a straight limb, which lies in the plane whichever way
    it would bend, has hardly a side.

    Parameters
    ----------
    poses : tensor [..., joint, 3]
        In any frame that is not mirrored against the camera's; any scale.
    skeleton : Skeleton
        That has the rule's joints.
    rule : Rule
    """

    def point(joints: Point) -> Tensor:
        return poses[..., skeleton.indices(joints), :].mean(-2)

    left, up, toward = (point(b) - point(a) for a, b in (rule.left, rule.up, rule.toward))
    length = up.norm(dim=-1) if rule.kind in ("knees", "elbows") else toward.norm(dim=-1)
    forward = torch.linalg.cross(_unit(left), _unit(up))
    side = (forward * toward).sum(-1) / length.clamp(min=SMALLEST_LENGTH)
    return side.clamp(-1, 1)


def _unit(vectors: Tensor) -> Tensor:
    return vectors / vectors.norm(dim=-1, keepdim=True).clamp(min=SMALLEST_LENGTH)
