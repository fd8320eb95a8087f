"""Inputs for benchmarks, made on the spot: speed does not depend on what they show."""

import torch

from canonpose.geometry.normalisation import normalise
from canonpose.skeleton import Skeleton
from canonpose.training.samples import Samples
from canonpose.training.stretches import stretch_numbers

RIGS = 4
"""As many as the paper has subjects to train on."""


def made_up_samples(count: int, views: int, skeleton: Skeleton, seed: int = 0) -> Samples:
    """Normalised random poses in several views of rigs that stand still."""
    random = torch.Generator().manual_seed(seed)
    shape = (count, views, len(skeleton))
    positions = torch.randn(*shape, 2, generator=random)
    scores = 0.1 + 0.9 * torch.rand(shape, generator=random)
    positions, scores, _ = normalise(positions, scores, skeleton.root_index)
    return Samples(positions, scores, torch.arange(count) % RIGS, stretch_numbers([count]))
