from collections import Counter
from itertools import permutations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.losses.permutation import permutations_within_groups


def draw(groups, draws, seed=0, **more):
    generator = torch.Generator().manual_seed(seed)
    return permutations_within_groups(torch.tensor(groups), draws, generator, **more)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-2, 4), min_size=1, max_size=20),
    st.integers(1, 5),
    st.booleans(),
    st.integers(0, 2**40),
)
def test_every_draw_permutes_inside_the_groups(groups, draws, fixed_points, seed):
    made = draw(groups, draws, seed, fixed_points=fixed_points)
    assert made.shape == (draws, len(groups))
    for order in made.tolist():
        assert sorted(order) == list(range(len(groups)))
        for place, other in enumerate(order):
            assert groups[place] == groups[other]
            if not fixed_points:
                assert (place == other) == (groups.count(groups[place]) == 1)


def test_uniform_draws_reach_every_permutation_alike():
    made = draw([0, 1, 0, 1, 0], 6000, fixed_points=True)
    triples = Counter(tuple(order) for order in made[:, [0, 2, 4]].tolist())
    assert set(triples) == set(permutations((0, 2, 4)))
    assert all(abs(count - 1000) < 150 for count in triples.values())
    pairs = Counter(tuple(order) for order in made[:, [1, 3]].tolist())
    assert all(abs(count - 3000) < 250 for count in pairs.values())


def test_derangements_reach_every_partner_alike():
    made = draw([7, 7, 7, 7], 6000)
    for place in range(4):
        partners = Counter(made[:, place].tolist())
        assert set(partners) == set(range(4)) - {place}
        assert all(abs(count - 2000) < 200 for count in partners.values())


@pytest.mark.parametrize("fixed_points", [False, True])
def test_the_generator_alone_decides(fixed_points):
    groups = [0, 0, 1, 1, 1, 0]
    first = draw(groups, 4, seed=1, fixed_points=fixed_points)
    torch.rand(10)
    assert torch.equal(draw(groups, 4, seed=1, fixed_points=fixed_points), first)
    assert not torch.equal(draw(groups, 4, seed=2, fixed_points=fixed_points), first)
