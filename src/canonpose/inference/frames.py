"""Single frames through a lifter, at one body size."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.geometry.normalisation import NormalisedPoses
from canonpose.geometry.projection import rotate
from canonpose.inference.body_scale import body_size
from canonpose.lifter.footage import batches_of
from canonpose.lifter.mirror_image import lift_with_mirror_image
from canonpose.lifter.trained import TrainedLifter


class CanonicalPoses(NamedTuple):
    """What a lifter says of single frames; of frames that cannot be lifted, anything."""

    canonical: Float[Tensor, "frame joint 3"]
    """Root at the origin, body size 1."""
    rotation: Float[Tensor, "frame 3 3"]
    """From the canonical to the camera frame."""

    @property
    def in_camera(self) -> Float[Tensor, "frame joint 3"]:
        """The poses in the camera's frame."""
        return rotate(self.rotation, self.canonical)


@torch.no_grad()
def lifted_frames(
    normalised: NormalisedPoses, lifter: TrainedLifter, device: torch.device | None = None
) -> CanonicalPoses:
    """Lift normalised 2D poses one by one; results are on the CPU.

    Parameters
    ----------
    normalised : NormalisedPoses
        Of [frame, joint].
    lifter : TrainedLifter
    device : torch.device, optional
        Where to compute; the CPU by default.
    """
    where = device or torch.device("cpu")
    lifter.to(where)
    lifted = [lift_with_mirror_image(lifter, *part) for part in batches_of(normalised, where)]
    canonical = torch.cat([poses.cpu() for poses, _ in lifted])
    rotation = torch.cat([turn.cpu() for _, turn in lifted])
    root = lifter.skeleton.root_index
    canonical = canonical - canonical[:, root : root + 1]
    size, _ = body_size(canonical, lifter.skeleton)
    return CanonicalPoses(canonical / size[:, None, None], rotation)
