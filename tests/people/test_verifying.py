import numpy as np
import pytest

from canonpose.people.crowd import Candidates, Crowd
from canonpose.people.verifying import verified
from people.crowds import FRAMES, PAIRS, crowd, shares, swapped


def owners_of(views, fixed=()):
    start = [np.full(FRAMES, view.chosen) for view in views]
    return verified(Crowd(views, fixed, pairs=PAIRS), start)


def test_nothing_is_lost_where_nothing_is_wrong():
    for view, owner in zip(crowd(), owners_of(crowd()), strict=True):
        assert shares(view, owner) == (pytest.approx(1, abs=0.01), 0)


@pytest.mark.parametrize("moment", [60, 120, 185])
def test_a_swap_is_undone_and_frames_around_it_are_left_out(moment):
    views = crowd()
    views[1] = swapped(views[1], moment)
    for place, (view, owner) in enumerate(zip(views, owners_of(views), strict=True)):
        right, wrong = shares(view, owner)
        assert wrong == 0
        assert right > (0.9 if place == 1 else 0.97)


def test_a_view_of_one_track_that_goes_over_to_somebody_else_shows_nobody_then():
    views = crowd()
    people = views[2].people[:, :1].copy()
    people[150:] = views[2].people[150:, 1:]
    views[2] = Candidates(people, np.zeros((1, FRAMES), dtype=int), 0)
    owner = owners_of(views)[2]
    assert (owner[155:] == -1).all()
    assert (owner[:145] == 0).mean() > 0.98


def test_who_is_asked_for_stays():
    views = crowd()
    views[1] = swapped(views[1], 120)
    assert (owners_of(views, fixed=[1])[1] == 0).all()


def test_two_views_do_not_tell_which_of_them_swapped():
    views = crowd()[:2]
    views[1] = swapped(views[1], 170)
    for view, owner in zip(views, owners_of(views), strict=True):
        right, wrong = shares(view, owner)
        assert wrong == 0
        assert right > 0.5


def test_a_moving_camera_is_believed_only_where_that_is_clear():
    views = crowd()
    sway = 120 * np.sin(np.arange(FRAMES) / 7)[:, None, None]
    views[1].people[..., 1] += sway
    right, wrong = shares(views[1], owners_of(views)[1])
    assert wrong == 0
    assert right > 0.5
    mistaken = [views[0], swapped(views[1], 120), views[2]]
    assert shares(mistaken[1], owners_of(mistaken)[1])[1] < 0.05


def test_slow_cameras_that_move_lose_nobody():
    views = crowd()
    for view, seed in zip(views, (5.0, 7.0, 9.0), strict=True):
        view.people[..., 1] += 120 * np.sin(np.arange(FRAMES) / seed)[:, None, None]
    start = [np.full(FRAMES, view.chosen) for view in views]
    for view, owner in zip(views, verified(Crowd(views, fps=4.0, pairs=PAIRS), start), strict=True):
        right, wrong = shares(view, owner)
        assert wrong == 0
        assert right > 0.5


def test_slow_footage_loses_nothing_either():
    views = crowd()
    start = [np.full(FRAMES, view.chosen) for view in views]
    for view, owner in zip(views, verified(Crowd(views, fps=2.0, pairs=PAIRS), start), strict=True):
        assert shares(view, owner) == (pytest.approx(1, abs=0.01), 0)
