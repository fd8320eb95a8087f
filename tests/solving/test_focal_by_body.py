import numpy as np
import pytest

from canonpose.solving.focal_by_body import lowest

PLACES = np.array([-1.0, -0.4, 0.1, 0.3, 1.0])


@pytest.mark.parametrize("place", [-0.6, -0.1, 0.0, 0.25, 0.6])
def test_a_parabola_is_lowest_where_it_is(place):
    assert lowest(PLACES, 3 * (PLACES - place) ** 2 + 7) == pytest.approx(place)


@pytest.mark.parametrize("place", [-3.0, 3.0])
def test_what_falls_to_an_end_is_lowest_there(place):
    expected = PLACES[0] if place < 0 else PLACES[-1]
    assert lowest(PLACES, (PLACES - place) ** 2) == expected


def test_a_place_without_a_cost_does_not_matter():
    costs = 3 * (PLACES - 0.2) ** 2
    assert lowest(PLACES, np.where(PLACES < -0.9, np.inf, costs)) == pytest.approx(0.2)
