"""A view and its mirror image, lifted together."""

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.geometry.projection import rotate
from canonpose.lifter.trained import TrainedLifter

SMALLEST = 1e-9


def lift_with_mirror_image(
    lifter: TrainedLifter,
    positions: Float[Tensor, "*batch joint 2"],
    scores: Float[Tensor, "*batch joint"],
) -> tuple[Float[Tensor, "*batch joint 3"], Float[Tensor, "*batch 3 3"]]:
    """Normalised 2D poses to 3D, as the mean of what a view and its mirror image say.

    Seen in a mirror, a person's left is right and all else is as it was: a lifter should say the
    same of both, and where it does not, the two err differently, and part of that cancels. A lifter
    whose config has no ``mirror_image`` lifts the view alone.

    Parameters
    ----------
    lifter : TrainedLifter
        Computed with where its network is.
    positions : tensor [..., joint, 2]
        Root-centred, unit Frobenius norm, 0 where missing.
    scores : tensor [..., joint]
        Confidences, 0 where missing.

    Returns
    -------
    poses : tensor [..., joint, 3]
        In the canonical frame, of free scale.
    rotation : tensor [..., 3, 3]
        From the canonical to the camera frame, as the view alone says.
    """
    network, skeleton = lifter.network, lifter.skeleton
    if not network.config.mirror_image:
        poses, rotation = network(positions, scores)
        return poses, rotation
    other_side = torch.from_numpy(skeleton.mirror_indices).to(positions.device)
    flip = positions.new_tensor([-1.0, 1.0, 1.0])
    mirrored = flip[:2] * positions[..., other_side, :]
    poses, rotation = network(
        torch.stack([positions, mirrored]), torch.stack([scores, scores[..., other_side]])
    )
    in_camera = _of_size_1(rotate(rotation, poses), skeleton.root_index)
    mean = (in_camera[0] + flip * in_camera[1][..., other_side, :]) / 2
    return rotate(rotation[0].mT, mean), rotation[0]


def _of_size_1(
    poses: Float[Tensor, "*batch joint 3"], root: int
) -> Float[Tensor, "*batch joint 3"]:
    """Relative to the root joint, of unit Frobenius norm: the scale of each is free."""
    centred = poses - poses[..., root : root + 1, :]
    size = torch.linalg.vector_norm(centred, dim=(-2, -1), keepdim=True)
    return centred / size.clamp(min=SMALLEST)
