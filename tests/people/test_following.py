import numpy as np
import pytest

from canonpose.people.crowd import Candidates, Crowd
from canonpose.people.following import follow, windows_of
from synthetic_files import body, view

FRAMES = 360
SUBJECT, BYSTANDER = body(FRAMES, seed=0), body(FRAMES, seed=1)
YAWS = (0, 50, 110)


def scene(yaw, scale=3):
    people = np.stack(
        [view(SUBJECT, yaw, middle=500), view(BYSTANDER, yaw, middle=1500, scale=scale)], axis=1
    )
    tracks = np.repeat([[0], [1]], FRAMES, axis=1)
    return people, tracks


def followed(views, **fixed):
    owners = follow(Crowd(views, **fixed))
    return [view.followed(owner) for view, owner in zip(views, owners, strict=True)]


def is_subject(seen, yaw):
    expected = view(SUBJECT, yaw, middle=500)
    return np.isclose(seen[..., 0], expected[..., 0]).all(1)


def test_the_chosen_tracks_stay_where_nothing_is_wrong():
    owners = follow(Crowd([Candidates(*scene(yaw), 0) for yaw in YAWS]))
    assert all((owner == 0).all() for owner in owners)


@pytest.mark.parametrize("moment", [100, 180, 270])
def test_a_body_is_followed_where_a_tracker_swaps_two_people(moment):
    views = [Candidates(*scene(yaw), 0) for yaw in YAWS]
    views[1].tracks[:, moment:] = views[1].tracks[::-1, moment:].copy()
    seen = followed(views)
    for yaw, person in zip(YAWS, seen, strict=True):
        assert is_subject(person, yaw).mean() > 0.8
    for yaw, person in zip(YAWS, followed(views, fixed=[1]), strict=True):
        right = moment / FRAMES if yaw == 50 else 1
        assert is_subject(person, yaw).mean() == pytest.approx(right)


def test_someone_who_comes_back_is_stitched_and_the_bystander_is_not():
    views = [Candidates(*scene(yaw), 0) for yaw in YAWS]
    people, tracks = scene(50)
    people[120:220, 0] = (np.nan, np.nan, 0)
    back = np.where(np.arange(FRAMES) >= 220, 0, -1)
    tracks = np.stack([np.where(np.arange(FRAMES) < 120, 0, -1), tracks[1], back])
    views[1] = Candidates(people, tracks, 0)
    (owner,) = follow(Crowd(views))[1:2]
    assert set(owner[:120]) == {0}
    assert set(owner[225:]) == {2}
    assert 1 not in owner


@pytest.mark.parametrize("fps", [0.5, 1.0, 3.0])
def test_no_window_is_empty_however_slow_the_footage(fps):
    assert [window.tolist() for window in windows_of(4, fps, seconds=0.2)] == [[0], [1], [2], [3]]
    views = [Candidates(*scene(yaw), 0) for yaw in YAWS]
    assert all((owner == 0).all() for owner in follow(Crowd(views, fps=fps)))
