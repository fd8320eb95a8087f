"""Poses into cameras."""

import torch
from jaxtyping import Float
from torch import Tensor


def rotate(
    rotation: Float[Tensor, "*#batch 3 3"], poses: Float[Tensor, "*#batch joint 3"]
) -> Float[Tensor, "*batch joint 3"]:
    """``R X``: poses [..., joint, 3] turned by rotations [..., 3, 3]."""
    return poses @ rotation.transpose(-1, -2)


def weak_perspective(poses: Float[Tensor, "*batch joint 3"]) -> Float[Tensor, "*batch joint 2"]:
    """Project camera-frame poses by dropping their depth (Eq. 1); the scale stays free."""
    return poses[..., :2]


def weak_perspective_by_all(
    poses: Float[Tensor, "*batch pose joint 3"], rotation: Float[Tensor, "*batch view 3 3"]
) -> Float[Tensor, "*batch pose view joint 2"]:
    """The images of every pose by every rotation: Eq. 1 for all pairs, in one product.

    Neither copied pair by pair nor with a depth that would be dropped. In memory a pose's joints
    are in a row, x apart from y, which is what later sums over all pairs are quickest with.
    """
    image_rows = rotation[..., :2, :].flatten(-3, -2)
    images = image_rows @ poses.flatten(-3, -2).mT
    views, (count, joints) = rotation.shape[-3], poses.shape[-3:-1]
    apart = images.unflatten(-1, (count, joints)).unflatten(-3, (views, 2))
    return apart.movedim((-2, -4, -1, -3), (-4, -3, -2, -1))


def in_plane_rotation(angle: Float[Tensor, "*batch"]) -> Float[Tensor, "*batch 3 3"]:
    """Rotations about the optical axis by an angle in radians (x right towards y down)."""
    cos, sin = angle.cos(), angle.sin()
    zero, one = torch.zeros_like(cos), torch.ones_like(cos)
    rows = [cos, -sin, zero, sin, cos, zero, zero, zero, one]
    return torch.stack(rows, dim=-1).unflatten(-1, (3, 3))
