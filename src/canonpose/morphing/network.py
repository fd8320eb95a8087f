"""The skeleton-morphing network (section 4.2): a detected 2D pose to one of another skeleton."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from canonpose.config_checks import at_least
from canonpose.geometry.normalisation import NormalisedPoses, normalise
from canonpose.lifter.network import NEGATIVE_SLOPE, ResidualBlock
from canonpose.skeleton import Skeleton


@dataclass(frozen=True)
class MorphingNetworkConfig:
    """The shape of the morphing network."""

    width: int = 256
    """Neurons of every hidden layer."""
    blocks: int = 1
    """Residual blocks of two layers each."""
    input_activation: bool = True
    """Leaky ReLU after the first layer; the authors' code has none there."""
    confidences: bool = True
    """Whether the network sees the detector's confidences; the authors' does not."""

    def __post_init__(self) -> None:
        at_least(self, width=1, blocks=0)


class MorphingNetwork(nn.Module):
    """Conversion by name plus a learned offset for each joint.

    The last layer starts at zero, so that an untrained network is conversion by name. Joints that
    conversion cannot give start at the source's root. Derived joints of the target are derived
    from the morphed ones, as everywhere.

    Parameters
    ----------
    source : Skeleton
        Of the detections.
    target : Skeleton
        Of the poses wanted.
    config : MorphingNetworkConfig
    """

    conversion: Tensor
    convertible: Tensor
    completion: Tensor

    def __init__(self, source: Skeleton, target: Skeleton, config: MorphingNetworkConfig):
        super().__init__()
        self.source, self.target, self.config = source, target, config
        inputs = (3 if config.confidences else 2) * len(source)
        self.upscale = nn.Linear(inputs, config.width)
        self.blocks = nn.Sequential(
            *(ResidualBlock(config.width, activation=True) for _ in range(config.blocks))
        )
        self.head = nn.Linear(config.width, 2 * len(target.detected))
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)
        conversion = conversion_matrix(source, target)
        # The skeletons tell these, so that no file needs to.
        self.register_buffer("conversion", conversion, persistent=False)
        self.register_buffer("convertible", conversion.any(-1), persistent=False)
        self.register_buffer("completion", completion_matrix(target), persistent=False)

    def forward(
        self,
        positions: Float[Tensor, "*batch source_joint 2"],
        scores: Float[Tensor, "*batch source_joint"],
    ) -> NormalisedPoses:
        """Morph normalised 2D poses.

        Parameters
        ----------
        positions : tensor [..., source joint, 2]
            Root-centred, unit Frobenius norm, 0 where missing.
        scores : tensor [..., source joint]
            Confidences, 0 where missing.

        Returns
        -------
        NormalisedPoses
            Of the target skeleton: the target's root at the origin, Frobenius norm 1 over the
            seen joints, 0 where missing. The scale is relative to the input.
        """
        return normalise(*self.morphed(positions, scores), self.target.root_index)

    def morphed(
        self,
        positions: Float[Tensor, "*batch source_joint 2"],
        scores: Float[Tensor, "*batch source_joint"],
    ) -> tuple[Float[Tensor, "*batch target_joint 2"], Float[Tensor, "*batch target_joint"]]:
        """What `forward` normalises: positions in the frame and unit of the input, confidences."""
        detected = self.conversion @ positions + self.offsets(positions, scores)
        return self.completion @ detected, self.morphed_scores(scores)

    def offsets(
        self,
        positions: Float[Tensor, "*batch source_joint 2"],
        scores: Float[Tensor, "*batch source_joint"],
    ) -> Float[Tensor, "*batch detected 2"]:
        """The learned part: what is added to each detected joint of the target."""
        features = positions.flatten(-2)
        if self.config.confidences:
            features = torch.cat([features, scores], dim=-1)
        features = self.upscale(features)
        if self.config.input_activation:
            features = nn.functional.leaky_relu(features, NEGATIVE_SLOPE)
        return self.head(self.blocks(features)).unflatten(-1, (len(self.target.detected), 2))

    def converted(
        self,
        positions: Float[Tensor, "*batch source_joint 2"],
        scores: Float[Tensor, "*batch source_joint"],
    ) -> tuple[Float[Tensor, "*batch target_joint 2"], Float[Tensor, "*batch target_joint"]]:
        """Conversion by name alone, in the frame and unit of the input, 0 where it gives nothing.

        Returns
        -------
        positions : tensor [..., target joint, 2]
        scores : tensor [..., target joint]
            Confidences; 0 where a joint is missing or conversion cannot give it.
        """
        given = torch.where(self.convertible, _lowest(self.conversion, scores), 0.0)
        given = _lowest(self.completion, given)
        converted = self.completion @ (self.conversion @ positions)
        return torch.where(given[..., None] > 0, converted, 0.0), given

    def morphed_scores(
        self, scores: Float[Tensor, "*batch source_joint"]
    ) -> Float[Tensor, "*batch target_joint"]:
        """Confidences of the morphed joints.

        A joint that conversion gives keeps the confidence that conversion gives it: that of the
        joint of the same name, or the lowest of those that it derives from. One that conversion
        cannot give is guessed from the whole pose, so that it gets the mean over all source
        joints, in which missing ones count as 0.
        """
        guessed = scores.mean(-1, keepdim=True)
        detected = torch.where(self.convertible, _lowest(self.conversion, scores), guessed)
        return _lowest(self.completion, detected)


def _lowest(
    matrix: Float[Tensor, "to from"], scores: Float[Tensor, "*batch from"]
) -> Float[Tensor, "*batch to"]:
    """The lowest score of the joints that each row takes its mean of; 1 for an empty row."""
    return torch.where(matrix > 0, scores[..., None, :], 1.0).amin(-1)


def conversion_matrix(source: Skeleton, target: Skeleton) -> Float[Tensor, "detected source_joint"]:
    """Conversion by name, to the target's detected joints, as weights of the source's joints.

    The rule is that of `canonpose.skeleton.convert`; the row of a joint that it cannot give is 0.
    """
    matrix = torch.zeros(len(target.detected), len(source))
    for place, joint in enumerate(target.detected):
        if joint in source:
            matrix[place, source.index(joint)] = 1.0
    return matrix


def completion_matrix(skeleton: Skeleton) -> Float[Tensor, "joint detected"]:
    """All joints of a skeleton as means of its detected ones."""
    count = len(skeleton.detected)
    matrix = torch.zeros(len(skeleton), count)
    matrix[:count] = torch.eye(count)
    for joint, sources in skeleton.derived.items():
        matrix[skeleton.index(joint), skeleton.indices(sources)] = 1.0 / len(sources)
    return matrix
