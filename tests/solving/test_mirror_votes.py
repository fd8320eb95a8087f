"""Who decides whether the solved world is the mirrored one."""

import numpy as np
import pytest

from canonpose.chirality import ChiralityVote
from canonpose.solving.solved import MirrorVotes


def anatomy(margin):
    return ChiralityVote(margin, {"knees": margin}, 100)


@pytest.mark.parametrize(
    ("margin", "cost", "mirrored_cost", "mirrored", "unsure"),
    [
        (1.0, 0.7, 1.5, False, False),
        (-1.0, 0.7, 1.5, True, False),  # anatomy is sure
        (-0.68, 0.78, 15.1, False, False),  # it is not, and perspective is by far
        (0.5, 9.0, 1.0, True, False),
        (-0.68, 0.78, 1.5, True, True),  # neither
        (0.12, 3.1, 4.2, False, True),
        (0.5, np.nan, np.nan, False, True),  # perspective was not asked
        (1.0, np.nan, np.nan, False, False),
    ],
)
def test_perspective_decides_where_anatomy_is_in_doubt(
    margin, cost, mirrored_cost, mirrored, unsure
):
    votes = MirrorVotes.of(anatomy(margin), cost, mirrored_cost)
    assert (votes.mirrored, votes.unsure) == (mirrored, unsure)


@pytest.mark.parametrize(("costs", "unsure"), [((1.0, 1.1), True), ((1.0, 1.5), False)])
def test_without_anatomy_perspective_decides(costs, unsure):
    nothing = ChiralityVote(0.0, {}, 0)
    votes, turned = MirrorVotes.of(nothing, *costs), MirrorVotes.of(nothing, *costs[::-1])
    assert (votes.mirrored, turned.mirrored) == (False, True)
    assert votes.unsure == turned.unsure == unsure
