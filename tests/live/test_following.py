import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.live.following import Follower
from canonpose.people.tracks import LONGEST_GAP

from .stand_ins import person


def at(x, size=1.0, frame=0):
    moved = person(frame)
    middle = moved[:, :2].mean(0)
    moved[:, :2] = middle + size * (moved[:, :2] - middle) + (x, 0)
    return moved


@settings(max_examples=12, deadline=None)
@given(st.lists(st.booleans(), min_size=4, max_size=8))
def test_the_same_person_whatever_the_order(swaps):
    follower = Follower()
    for number, swap in enumerate(swaps):
        big, small = at(0.5 * number, 1.2), at(70 - 0.5 * number, 0.7)
        people = np.stack([small, big] if swap else [big, small])
        np.testing.assert_array_equal(follower.follow(people, number), big)


def test_a_bystander_does_not_take_over_while_the_person_is_hidden():
    follower = Follower()
    follower.follow(np.stack([at(0, 1.2), at(60)]), 0)
    assert follower.follow(np.stack([at(60), at(90)]), 1) is None
    np.testing.assert_array_equal(follower.follow(np.stack([at(60), at(1, 1.2)]), 2), at(1, 1.2))


def test_somebody_else_after_a_long_absence():
    follower = Follower()
    follower.follow(np.stack([at(0, 1.2), at(60)]), 0)
    later = LONGEST_GAP + 5
    assert follower.follow(np.stack([at(60), at(200)]), later) is not None


def test_dropped_pictures_let_a_person_go_farther():
    there = np.stack([at(30.0, 1.2), at(90)])
    for number, found in ((1, False), (12, True)):
        follower = Follower()
        follower.follow(np.stack([at(0, 1.2), at(90)]), 0)
        same = follower.follow(there, number)
        assert (same is not None) == found


def test_nobody():
    follower = Follower()
    nobody = np.zeros((0, len(person(0)), 3))
    empty = np.full((1, len(person(0)), 3), np.nan)
    empty[..., 2] = 0
    assert follower.follow(nobody, 0) is None
    assert follower.follow(empty, 1) is None
    assert follower.follow(at(0)[None], 2) is not None
    assert follower.follow(nobody, 3) is None
