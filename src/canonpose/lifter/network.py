"""The lifting network (Fig. 3): a 2D pose, confidences to canonical pose, rotation."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from canonpose.config_checks import at_least
from canonpose.geometry.rotations import rodrigues

NEGATIVE_SLOPE = 0.01
"""Of every leaky ReLU (section 3.5)."""


@dataclass(frozen=True)
class LifterConfig:
    """The shape of the lifting network."""

    width: int = 1024
    """Neurons of every hidden layer."""
    input_activation: bool = False
    """Leaky ReLU after the first layer: the paper's text has it, the authors' code has not."""
    block_activation: bool = True
    """Leaky ReLU after each residual sum: the authors' code has it, the paper's text has not."""
    mirror_image: bool = True
    """Lift a view and its mirror image, and give the mean. Trainings do not: it is for what is
    lifted afterwards. Neither the paper nor the authors' code does."""

    def __post_init__(self) -> None:
        at_least(self, width=1)


class ResidualBlock(nn.Module):
    """Two fully connected layers around which the input is carried."""

    def __init__(self, width: int, activation: bool):
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        self.activation = activation

    def forward(self, features: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch width"]:
        """Features [..., width] to features [..., width]."""
        inner = _activated(self.first(features))
        inner = _activated(self.second(inner))
        summed = inner + features
        return _activated(summed) if self.activation else summed


def _activated(sums: Tensor) -> Tensor:
    """Leaky ReLU in place: nothing else needs the sums, and memory is what the rest waits for."""
    return nn.functional.leaky_relu_(sums, NEGATIVE_SLOPE)


class Lifter(nn.Module):
    """2D pose and confidences to the 3D pose in the canonical frame and the camera's rotation.

    Parameters
    ----------
    joints : int
        How many joints a pose has.
    config : LifterConfig
        Width and activations.
    """

    def __init__(self, joints: int, config: LifterConfig):
        super().__init__()
        self.joints = joints
        self.config = config
        self.upscale = nn.Linear(3 * joints, config.width)
        self.common = self._blocks(1)
        self.pose_path = self._blocks(2)
        self.rotation_path = self._blocks(2)
        self.pose_head = nn.Linear(config.width, 3 * joints)
        self.rotation_head = nn.Linear(config.width, 3)

    def _blocks(self, count: int) -> nn.Sequential:
        width, activation = self.config.width, self.config.block_activation
        return nn.Sequential(*(ResidualBlock(width, activation) for _ in range(count)))

    def forward(
        self, positions: Float[Tensor, "*batch joint 2"], scores: Float[Tensor, "*batch joint"]
    ) -> tuple[Float[Tensor, "*batch joint 3"], Float[Tensor, "*batch 3 3"]]:
        """Lift normalised 2D poses.

        Parameters
        ----------
        positions : tensor [..., joint, 2]
            Root-centred, unit Frobenius norm, 0 where missing.
        scores : tensor [..., joint]
            Confidences, 0 where missing.

        Returns
        -------
        poses : tensor [..., joint, 3]
            In the canonical frame, of free scale.
        rotation : tensor [..., 3, 3]
            From the canonical to the camera frame, by Rodrigues' formula (Eq. 3, 4).
        """
        features = self.upscale(torch.cat([positions.flatten(-2), scores], dim=-1))
        if self.config.input_activation:
            features = _activated(features)
        features = self.common(features)
        poses = self.pose_head(self.pose_path(features)).unflatten(-1, (self.joints, 3))
        axis_angle = self.rotation_head(self.rotation_path(features))
        # Under autocast layers give half precision, which rotations and losses do not bear.
        kind = positions.dtype
        return poses.to(kind), rodrigues(axis_angle.to(kind))

    @torch.no_grad()
    def mirror_(self) -> None:
        """Turn the learned world into its depth-mirrored twin, in the weights.

        X becomes S X and R becomes S R S with S = diag(1, 1, -1): every camera-frame pose R X has
        its depth negated, and every weak-perspective image stays what it was.
        """
        depth_rows = slice(2, None, 3)
        for parameter in (self.pose_head.weight, self.pose_head.bias):
            parameter[depth_rows] *= -1
        for parameter in (self.rotation_head.weight, self.rotation_head.bias):
            parameter[:2] *= -1
