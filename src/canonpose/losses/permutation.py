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

    Nothing here waits for the device.

    Parameters
    ----------
    groups : tensor [sample]
        Group numbers, on the generator's device.
    draws : int
        How many permutations.
    generator : torch.Generator
    """
    order = _grouped_in_random_order(groups, draws, generator)
    if fixed_points:
        successor = _grouped_in_random_order(groups, draws, generator)
    else:
        successor = order[:, _next_of_the_same(groups.sort().values)]
    return torch.empty_like(order).scatter_(1, order, successor)


def _next_of_the_same(ordered: Int64[Tensor, " sample"]) -> Int64[Tensor, " sample"]:
    """For sorted group numbers, the place of the next of each group; the first follows the last."""
    places = torch.arange(1, len(ordered) + 1, device=ordered.device)
    first = torch.searchsorted(ordered, ordered)
    end = torch.searchsorted(ordered, ordered, right=True)
    return torch.where(places == end, first, places)


def _grouped_in_random_order(groups: Tensor, draws: int, generator: Generator) -> Tensor:
    """Sample indices [draw, sample] sorted by group, in random order inside each."""
    random = torch.rand(draws, len(groups), generator=generator, device=generator.device)
    shuffled = random.argsort(1)
    return shuffled.gather(1, groups[shuffled].argsort(dim=1, stable=True))
