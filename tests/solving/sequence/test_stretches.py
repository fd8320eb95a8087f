import numpy as np
import pytest

from canonpose.solving.sequence.pieces import FEWEST
from canonpose.solving.sequence.stretches import COUNT, LENGTH, stretches_of


@pytest.mark.parametrize("lengths", [(720, 30, 1, 400), (FEWEST,), (LENGTH,), (5000,), (100,) * 40])
def test_stretches_lie_within_takes_and_do_not_overlap(lengths):
    ends = np.cumsum(lengths).tolist()
    takes = [
        (slice(end - length, end), 25.0 + number)
        for number, (end, length) in enumerate(zip(ends, lengths, strict=True))
    ]
    stretches = stretches_of(takes)
    assert 1 <= len(stretches) <= COUNT
    seen = np.zeros(ends[-1], int)
    for stretch in stretches:
        assert FEWEST <= stretch.moments.stop - stretch.moments.start <= LENGTH
        seen[stretch.moments] += 1
        (owner,) = [rate for moments, rate in takes if _within(stretch.moments, moments)]
        assert stretch.rate == owner
    assert seen.max() == 1


def test_stretches_reach_from_the_beginning_to_the_end():
    stretches = stretches_of([(slice(0, 3000), 30.0)])
    begins = np.array([stretch.moments.start for stretch in stretches])
    assert begins[0] == 0
    assert stretches[-1].moments.stop == 3000
    assert np.ptp(np.diff(begins)) <= LENGTH


def test_moments_that_cannot_bend_are_no_stretch():
    assert stretches_of([(slice(0, FEWEST - 1), 30.0)]) == []


def _within(inner, outer):
    return outer.start <= inner.start and inner.stop <= outer.stop
