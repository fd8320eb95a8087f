"""Poses seen otherwise: flipped, and turned in the image plane."""

import torch
from jaxtyping import Int64
from torch import Generator, Tensor

from canonpose.geometry.projection import in_plane_rotation
from canonpose.morphing.config import MorphingConfig
from canonpose.morphing.network import MorphingNetwork
from canonpose.morphing.samples import MorphingSamples
from canonpose.skeleton import Skeleton
from canonpose.training.randomness import STEP, generator_for


def varied(
    samples: MorphingSamples,
    chosen: Int64[Tensor, " sample"],
    network: MorphingNetwork,
    config: MorphingConfig,
    step: int,
) -> MorphingSamples:
    """Some samples, flipped and turned in the image plane, detection and truth alike.

    Parameters
    ----------
    samples : MorphingSamples
    chosen : tensor [sample]
        Indices of the samples wanted.
    network : MorphingNetwork
        Whose skeletons tell which joints change places under a mirror.
    config : MorphingConfig
    step : int
        What is drawn depends on the seed and the step alone.
    """
    generator = generator_for(config.seed, STEP, step)
    chosen = chosen.to(samples.positions.device)
    flipped, frames = _frames(len(chosen), config, generator, samples.positions)

    def vary(positions: Tensor, scores: Tensor, skeleton: Skeleton) -> tuple[Tensor, Tensor]:
        order = torch.from_numpy(skeleton.mirror_indices).to(positions.device)
        positions, scores = positions[chosen], scores[chosen]
        scores = torch.where(flipped[:, None], scores[:, order], scores)
        positions = torch.where(flipped[:, None, None], positions[:, order], positions)
        return positions @ frames.mT, scores

    return MorphingSamples(
        *vary(samples.positions, samples.scores, network.source),
        *vary(samples.truth, samples.truth_scores, network.target),
    )


def _frames(
    count: int, config: MorphingConfig, generator: Generator, like: Tensor
) -> tuple[Tensor, Tensor]:
    """Which poses to flip, and the orthogonal [2, 2] matrix that each is turned by."""
    flipped = (torch.rand(count, generator=generator) < 0.5) & config.flip
    degrees = (2 * torch.rand(count, generator=generator) - 1) * config.rotation
    frames = in_plane_rotation(degrees.deg2rad())[:, :2, :2]
    frames[flipped, :, 0] *= -1
    return flipped.to(like.device), frames.to(like)
