"""How far lifted joints may be off: a small network beside a lifter, with files of its own.

``sigma`` of a joint is the distance within which it lies with a probability of 68.3 %, root-centred
and at the right size: for errors mainly along the line of sight, one standard deviation.

How far a lifted pose is off its own 2D is seen without knowing the truth, and errors grow with it:
a pose unlike those of the training is reprojected badly, and is wrong in depth as well. So the
network says sigma as a multiple of that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from canonpose.config_tables import from_table, to_table
from canonpose.network_files import NetworkFiles
from canonpose.skeleton import Skeleton

LARGEST = 5.0
"""Logarithm of the largest multiple, and of one over the smallest."""
SMALLEST_LEVEL = 1e-3
"""Body sizes; a pose that is closer to its 2D is as sure as at this distance."""
SMALLEST_SCALE = 1e-2
"""Of the 2D, whose norm is 1, per body size: poses of less miss their 2D altogether."""


@dataclass(frozen=True)
class SigmaConfig:
    """The shape of the network."""

    width: int = 32
    """Neurons of both hidden layers."""
    dropout: float = 0.5
    """Share of them that is left out at every step of its training."""


class SigmaNetwork(nn.Module):
    """What a lifter gets and gives to one sigma a joint.

    Parameters
    ----------
    joints : int
        How many joints a pose has.
    root : int
        The joint that poses are centred on: its sigma is 0.
    config : SigmaConfig
    """

    mean: Tensor
    spread: Tensor
    scale: Tensor

    def __init__(self, joints: int, root: int, config: SigmaConfig):
        super().__init__()
        self.root = root
        self.config = config
        self.layers = nn.Sequential(
            nn.Linear(7 * joints, config.width),
            nn.LeakyReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.width, config.width),
            nn.LeakyReLU(),
            nn.Dropout(config.dropout),
            nn.Linear(config.width, joints),
        )
        self.register_buffer("mean", torch.zeros(7 * joints))
        self.register_buffer("spread", torch.ones(7 * joints))
        self.register_buffer("scale", torch.ones(()))

    def forward(
        self,
        positions: Float[Tensor, "*batch joint 2"],
        scores: Float[Tensor, "*batch joint"],
        lifted: Float[Tensor, "*batch joint 3"],
    ) -> Float[Tensor, "*batch joint"]:
        """Sigma in body sizes, calibrated.

        Parameters
        ----------
        positions : tensor [..., joint, 2]
            Root-centred, unit Frobenius norm, 0 where missing.
        scores : tensor [..., joint]
            Confidences, 0 where missing.
        lifted : tensor [..., joint, 3]
            In the camera's frame, about the root, of body size 1.
        """
        sigma = self.scale * self.uncalibrated(features_of(positions, scores, lifted))
        there = torch.ones_like(sigma)
        there[..., self.root] = 0.0
        return sigma * there

    def uncalibrated(
        self, features: Float[Tensor, "*batch feature"]
    ) -> Float[Tensor, "*batch joint"]:
        """Sigma of every joint, the root's too, before it is calibrated."""
        inputs = (features[..., :-1] - self.mean) / self.spread
        return features[..., -1:] * self.layers(inputs).clamp(-LARGEST, LARGEST).exp()


def features_of(
    positions: Float[Tensor, "*batch joint 2"],
    scores: Float[Tensor, "*batch joint"],
    lifted: Float[Tensor, "*batch joint 3"],
) -> Float[Tensor, "*batch feature"]:
    """Seven numbers a joint, and how far the 3D is off the 2D, in body sizes.

    The seven are 2D, confidence, 3D, and how far the joint is off as a multiple of the whole pose's
    root mean square.
    """
    seen = (scores > 0).to(positions)[..., None]
    images = lifted[..., :2]
    size = (seen * images).square().sum((-2, -1), keepdim=True)
    fit = (seen * images * positions).sum((-2, -1), keepdim=True)
    scale = (fit / torch.where(size > 0, size, torch.ones_like(size))).clamp(min=SMALLEST_SCALE)
    off = (seen * (images - positions / scale)).norm(dim=-1)
    square = off.square().sum(-1, keepdim=True) / seen.sum((-2, -1))[..., None].clamp(min=1)
    level = square.sqrt().clamp(min=SMALLEST_LEVEL)
    parts = [positions.flatten(-2), scores, lifted.flatten(-2), off / level, level]
    return torch.cat(parts, dim=-1)


@dataclass(frozen=True, eq=False)
class TrainedUncertainty:
    """A network of one lifter's errors, with what is needed to use it and to know what it is."""

    network: SigmaNetwork
    skeleton: Skeleton
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What it was learned from, and how well it is calibrated."""

    def to_card(self) -> dict[str, Any]:
        """All but the weights."""
        return {
            "network": to_table(self.network.config),
            "skeleton": self.skeleton.to_dict(),
            "facts": dict(self.facts),
        }

    @classmethod
    def from_card(cls, card: dict[str, Any]) -> "TrainedUncertainty":
        """With random weights."""
        skeleton = Skeleton.from_dict(card["skeleton"])
        config = from_table(SigmaConfig, card["network"])
        network = SigmaNetwork(len(skeleton), skeleton.root_index, config)
        return cls(network, skeleton, dict(card["facts"]))


FILES = NetworkFiles(
    TrainedUncertainty.from_card,
    "uncertainty",
    kind="uncertainty",
    version=1,
    made_by="canonpose uncertainty -m",
)


def save_uncertainty(uncertainty: TrainedUncertainty, folder: str | Path, lifter: str) -> None:
    """Write ``uncertainty.safetensors`` and ``uncertainty.json`` beside a lifter.

    Parameters
    ----------
    uncertainty : TrainedUncertainty
    folder : path
        The lifter's.
    lifter : str
        The hash of the lifter's weights: of another lifter it would say nothing.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    FILES.save(uncertainty, folder, lifter=lifter)


def uncertainty_beside(folder: str | Path, lifter: str) -> TrainedUncertainty | None:
    """What `save_uncertainty` wrote into a lifter's folder; None if it is of other weights.

    Raises
    ------
    InputError
        If the files are damaged.
    """
    return FILES.load_over(folder, lifter)
