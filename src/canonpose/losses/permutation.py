"""Random permutations inside groups."""

import torch
from jaxtyping import Int64
from torch import Generator, Tensor


def permutations_within_groups(
    groups: Int64[Tensor, " sample"], draws: int, generator: Generator, fixed_points: bool = False
) -> Int64[Tensor, "draw sample"]:
    """Independent random permutations that map every sample to one of the same group.

    Without ``fixed_points`` no sample of a group with more than one is mapped to itself: the group
    is put in a random order, and each maps to the next one round. With them every permutation of
    a group is equally likely.

    Parameters
    ----------
    groups : tensor [sample]
        Group numbers, on the CPU.
    draws : int
        How many permutations.
    generator : torch.Generator
        On the CPU.
    """
    order = _grouped_in_random_order(groups, draws, generator)
    if fixed_points:
        successor = _grouped_in_random_order(groups, draws, generator)
    else:
        _, sizes = groups.sort().values.unique_consecutive(return_counts=True)
        last = sizes.cumsum(0) - 1
        successor = order.roll(-1, dims=1)
        successor[:, last] = order[:, last - sizes + 1]
    return torch.empty_like(order).scatter_(1, order, successor)


def _grouped_in_random_order(groups: Tensor, draws: int, generator: Generator) -> Tensor:
    """Sample indices [draw, sample] sorted by group, in random order inside each."""
    shuffled = torch.rand(draws, len(groups), generator=generator).argsort(1)
    return shuffled.gather(1, groups[shuffled].argsort(dim=1, stable=True))
