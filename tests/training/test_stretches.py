import pytest
import torch

from canonpose.training.stretches import MOMENTS, in_pairs, stretch_lengths, stretch_numbers


def drawn(seed=0):
    return torch.Generator().manual_seed(seed)


def test_takes_are_cut_into_stretches_that_none_shares_with_another():
    takes = [2 * MOMENTS + 5, 0, 3, MOMENTS]
    assert stretch_lengths(takes) == [MOMENTS, MOMENTS, 5, 3, MOMENTS]
    numbers = stretch_numbers(takes)
    assert numbers.bincount().tolist() == stretch_lengths(takes)
    assert torch.equal(numbers, numbers.sort().values)


def test_nothing_has_no_stretches():
    assert stretch_lengths([]) == []
    assert len(stretch_numbers([0, 0])) == 0


@pytest.mark.parametrize("takes", [[4 * MOMENTS], [MOMENTS, 7, 2 * MOMENTS + 1], [1], [1, 1]])
def test_every_sample_is_in_the_order_once(takes):
    stretches = stretch_numbers(takes)
    order = torch.randperm(len(stretches), generator=drawn())
    paired = in_pairs(order, stretches[order], drawn())
    assert sorted(paired.tolist()) == list(range(len(stretches)))


def test_partners_share_a_stretch_and_change_from_epoch_to_epoch():
    stretches = stretch_numbers([6 * MOMENTS] * 3)
    partners = []
    for seed in range(2):
        order = torch.randperm(len(stretches), generator=drawn(seed))
        pairs = in_pairs(order, stretches[order], drawn(seed)).reshape(-1, 2)
        assert torch.equal(stretches[pairs[:, 0]], stretches[pairs[:, 1]])
        first = stretches[pairs[:, 0]]
        assert (first[1:] != first[:-1]).float().mean() > 0.8  # not one stretch after the other
        partners.append({frozenset(pair) for pair in pairs.tolist()})
    assert len(partners[0] & partners[1]) < 0.2 * len(partners[0])


def test_a_few_samples_stay_alone_where_numbers_are_odd():
    stretches = stretch_numbers([3 * MOMENTS + 1, MOMENTS, MOMENTS])
    order = torch.randperm(len(stretches), generator=drawn())
    paired = in_pairs(order, stretches[order], drawn())
    pairs = paired[: len(paired) // 2 * 2].reshape(-1, 2)
    alone = stretches[pairs[:, 0]] != stretches[pairs[:, 1]]
    assert 0 < alone.sum() <= 3
