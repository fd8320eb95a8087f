"""Moving cameras, taken to stand still for a moment: who shares relative rotations with whom."""

from collections.abc import Iterable

import torch
from jaxtyping import Int64
from torch import Generator, Tensor

MOMENTS = 30
"""Of a stretch. At usual frame rates half a second to one, in which cameras that follow a person,
or are held by hand, turn by less than an untrained lifter errs by far."""


def stretch_lengths(takes: Iterable[int]) -> list[int]:
    """How many samples the stretches have that takes of so many samples are cut into."""
    return [min(MOMENTS, length - begin) for length in takes for begin in range(0, length, MOMENTS)]


def stretch_numbers(takes: Iterable[int]) -> Int64[Tensor, " sample"]:
    """Number of each sample's stretch, where takes of so many samples follow each other."""
    lengths = torch.tensor(stretch_lengths(takes), dtype=torch.int64)
    return torch.arange(len(lengths)).repeat_interleave(lengths)


def in_pairs(
    order: Int64[Tensor, " sample"], stretches: Int64[Tensor, " sample"], generator: Generator
) -> Int64[Tensor, " sample"]:
    """A random order with samples of one stretch beside each other, two by two.

    A batch of samples drawn one by one would hold few that share a stretch. Of stretches with an
    odd number of samples, and at their borders, one may stay without a partner.

    Parameters
    ----------
    order : tensor [sample]
        In random order.
    stretches : tensor [sample]
        Whose stretch is which, in that order.
    generator : torch.Generator
        On the CPU; draws the order of the pairs.
    """
    gathered = order[stretches.argsort(stable=True)]
    pairs = len(order) // 2
    drawn = torch.randperm(pairs, generator=generator).to(order.device)
    return torch.cat(
        [gathered[: 2 * pairs].reshape(pairs, 2)[drawn].flatten(), gathered[2 * pairs :]]
    )
