"""Axis-angle vectors to rotations."""

import torch
from jaxtyping import Float
from torch import Tensor


def rodrigues(axis_angle: Float[Tensor, "*batch 3"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotations by axis-angle vectors [..., 3], in radians (Rodrigues' formula; Eq. 3, 4).

    R = cos(a) I + sin(a)/a K + (1 - cos(a))/a^2 v v^T, with K the cross product with v, of length
    a. The last factor is (sin(a/2)/(a/2))^2 / 2, which keeps its digits at small angles.

    roma has this too, but imports torch's compiler, which takes as long as torch itself: too long
    for what lifts a clip.
    """
    angle = torch.linalg.vector_norm(axis_angle, dim=-1)
    sine = torch.sinc(angle / torch.pi)
    bend = torch.sinc(angle / (2 * torch.pi)).square() / 2
    x, y, z = axis_angle.unbind(-1)
    zero = torch.zeros_like(x)
    cross = torch.stack([zero, -z, y, z, zero, -x, -y, x, zero], dim=-1).unflatten(-1, (3, 3))
    outer = axis_angle[..., :, None] * axis_angle[..., None, :]
    cosine = 1 - bend * angle.square()
    return (
        sine[..., None, None] * cross
        + bend[..., None, None] * outer
        + torch.diag_embed(cosine[..., None].expand(*cosine.shape, 3))
    )
