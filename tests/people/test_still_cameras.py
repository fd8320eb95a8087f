import numpy as np
import pytest

from canonpose.people.still_cameras import MOST_NOISE, still_pair
from people.crowds import FRAMES, PAIRS, person, seen

ONE, TWO = seen(person(0))[:2]
STRANGER = seen(person(1, aside=1.2))[1]
FAR = 4
"""Usual distances."""


def test_one_person_fits_and_somebody_aside_does_not():
    pair = still_pair([ONE], TWO)
    assert pair.noise < MOST_NOISE / 2
    assert np.quantile(pair.misfit(ONE, TWO), 0.99) < FAR
    assert np.mean(pair.misfit(ONE, STRANGER) > FAR) > 0.9


def test_the_same_motion_a_second_later_elsewhere_does_not_fit():
    pair = still_pair([ONE], TWO)
    later = seen(person(0, aside=1.2, delay=30))[1]
    assert np.mean(pair.misfit(ONE, later) > FAR) > 0.9


def test_some_frames_may_show_somebody_else():
    mixed = TWO.copy()
    mixed[:60] = STRANGER[:60]
    misfit = still_pair([ONE], mixed).misfit(ONE, mixed)
    assert np.mean(misfit[:60] > FAR) > 0.9
    assert np.mean(misfit[60:] > FAR) < 0.01


def test_half_of_the_frames_may_where_all_tracks_are_given():
    tracks = [TWO.copy(), STRANGER.copy()]
    tracks[0][FRAMES // 2 :], tracks[1][FRAMES // 2 :] = (
        STRANGER[FRAMES // 2 :],
        TWO[FRAMES // 2 :],
    )
    pair = still_pair(tracks, ONE)
    assert np.quantile(pair.misfit(TWO, ONE), 0.99) < FAR
    assert np.mean(pair.misfit(STRANGER, ONE) > FAR) > 0.9


def test_left_taken_for_right_is_nobody_else():
    flipped = TWO.copy()
    for left, right in PAIRS:
        flipped[:, [left, right]] = TWO[:, [right, left]]
    pair = still_pair([ONE], TWO)
    assert np.median(pair.misfit(ONE, flipped)) > FAR
    assert np.quantile(pair.misfit(ONE, flipped, PAIRS), 0.99) < FAR


def test_moving_cameras_have_no_say():
    swaying = TWO.copy()
    swaying[..., 1] += 120 * np.sin(np.arange(FRAMES) / 7)[:, None]
    assert still_pair([ONE], swaying) is None


@pytest.mark.parametrize("kept", [0, 20])
def test_nor_have_those_that_share_little(kept):
    brief = TWO.copy()
    brief[kept:] = (np.nan, np.nan, 0)
    assert still_pair([ONE], brief) is None
