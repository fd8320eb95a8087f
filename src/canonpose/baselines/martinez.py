"""The network of the supervised baseline (Martinez et al., ICCV 2017)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from canonpose.config_checks import above, at_least, at_most, below


@dataclass(frozen=True)
class MartinezConfig:
    """The network and its training; the defaults are the original's, less its `max_norm`."""

    width: int = 1024
    """Neurons of every hidden layer."""
    blocks: int = 2
    """Residual blocks of two layers each."""
    dropout: float = 0.5
    """Share of neurons that are silenced in training, after every hidden layer."""
    confidences: bool = False
    """Whether the detector's confidences are inputs too; the original has none."""
    max_norm: float | None = None
    """Largest Frobenius norm of a layer's weights; none here, 1 in the original."""
    epochs: int = 200
    batch: int = 64
    """Views a step."""
    learning_rate: float = 1e-3
    """Adam's, at the start; it decays exponentially."""
    decay: float = 0.14
    """The last learning rate as a share of the first: 0.96 for every 100 000 of 4.9 million steps.
    """
    seed: int = 0

    def __post_init__(self) -> None:
        at_least(self, width=1, blocks=0, epochs=1, batch=2, learning_rate=0, dropout=0)
        below(self, dropout=1)
        above(self, decay=0, max_norm=0)
        at_most(self, decay=1)


def _layer(inputs: int, config: MartinezConfig) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(inputs, config.width),
        nn.BatchNorm1d(config.width),
        nn.ReLU(),
        nn.Dropout(config.dropout),
    )


class ResidualBlock(nn.Module):
    """Two layers around which the input is carried."""

    def __init__(self, config: MartinezConfig):
        super().__init__()
        self.layers = nn.Sequential(_layer(config.width, config), _layer(config.width, config))

    def forward(self, features: Float[Tensor, "batch width"]) -> Float[Tensor, "batch width"]:
        """Features [batch, width] to features [batch, width]."""
        return features + self.layers(features)


class MartinezLifter(nn.Module):
    """2D pose to the 3D pose in the camera's frame.

    Each hidden layer is linear, then batch normalisation, ReLU and dropout (their Fig. 1). Weights
    begin as He et al. (2015) draw them. Inputs and outputs are standardised by the mean and
    deviation of the training views, which the network holds.

    The original reads pixels, standardised; here a pose is root-centred and of unit Frobenius norm
    before, as for every other lifter of this package, so that the person's size in the image tells
    nothing. Confidences can be inputs.

    Parameters
    ----------
    joints : int
        How many joints a pose has.
    config : MartinezConfig
    """

    def __init__(self, joints: int, config: MartinezConfig):
        super().__init__()
        self.joints = joints
        self.config = config
        self.upscale = _layer((3 if config.confidences else 2) * joints, config)
        self.blocks = nn.Sequential(*(ResidualBlock(config) for _ in range(config.blocks)))
        self.head = nn.Linear(config.width, 3 * joints)
        for layer in self._linear_layers():
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
        for name, space in (("input", 2), ("output", 3)):
            self.register_buffer(f"{name}_mean", torch.zeros(joints, space))
            self.register_buffer(f"{name}_deviation", torch.ones(joints, space))

    input_mean: Tensor
    input_deviation: Tensor
    output_mean: Tensor
    output_deviation: Tensor

    def _linear_layers(self) -> list[nn.Linear]:
        return [module for module in self.modules() if isinstance(module, nn.Linear)]

    def standardised(self, poses: Float[Tensor, "batch joint 3"]) -> Float[Tensor, "batch joint 3"]:
        """3D poses [batch, joint, 3] as the loss compares them: mean 0 and deviation 1."""
        return (poses - self.output_mean) / _divisor(self.output_deviation)

    def forward(
        self, positions: Float[Tensor, "batch joint 2"], scores: Float[Tensor, "batch joint"]
    ) -> Float[Tensor, "batch joint 3"]:
        """Lift normalised 2D poses.

        Parameters
        ----------
        positions : tensor [batch, joint, 2]
            Root-centred, unit Frobenius norm, 0 where missing.
        scores : tensor [batch, joint]
            Confidences, 0 where missing.

        Returns
        -------
        tensor [batch, joint, 3]
            In the camera's frame and the labels' unit, relative to the root. A coordinate that
            never varied in training, as the root's, is its mean.
        """
        seen = (scores > 0)[..., None]
        # The mean stands for what is missing.
        inputs = torch.where(
            seen, (positions - self.input_mean) / _divisor(self.input_deviation), 0.0
        )
        features = inputs.flatten(-2)
        if self.config.confidences:
            features = torch.cat([features, scores], dim=-1)
        output = self.head(self.blocks(self.upscale(features))).unflatten(-1, (self.joints, 3))
        return output * self.output_deviation + self.output_mean

    @torch.no_grad()
    def limit_weights_(self) -> None:
        """Shrink layers whose weights are above ``max_norm``; does nothing without one."""
        if self.config.max_norm is None:
            return
        for layer in self._linear_layers():
            norm = torch.linalg.vector_norm(layer.weight)
            layer.weight *= (self.config.max_norm / norm).clamp(max=1)


def _divisor(deviation: Float[Tensor, "joint space"]) -> Float[Tensor, "joint space"]:
    """What never varies is 0 after its mean is taken off, and is divided by 1."""
    return torch.where(deviation > 0, deviation, 1.0)
