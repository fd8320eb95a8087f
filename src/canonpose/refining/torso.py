"""Which way a torso is turned."""

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.skeleton import Skeleton

CORNERS = ("left_hip", "right_hip", "left_shoulder", "right_shoulder")


def torso_frames(
    poses: Float[Tensor, "pose joint 3"], skeleton: Skeleton
) -> Float[Tensor, "pose 3 3"]:
    """Rotations from the torso's frame (x to its left, z to its shoulders) to that of the poses.

    Parameters
    ----------
    poses : tensor [pose, joint, 3]
    skeleton : Skeleton
        Without shoulders and hips nothing is turned.
    """
    if not all(joint in skeleton for joint in CORNERS):
        return torch.eye(3).to(poses).expand(len(poses), 3, 3)
    left_hip, right_hip, left_shoulder, right_shoulder = (
        poses[:, skeleton.index(joint)] for joint in CORNERS
    )
    up = left_shoulder + right_shoulder - left_hip - right_hip
    left = left_hip - right_hip + left_shoulder - right_shoulder
    z = torch.nn.functional.normalize(up, dim=-1, eps=1e-6)
    x = left - (left * z).sum(-1, keepdim=True) * z
    x = torch.nn.functional.normalize(x, dim=-1, eps=1e-6)
    return torch.stack([x, torch.linalg.cross(z, x), z], dim=-1)
