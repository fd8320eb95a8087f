import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.people.detections import stack_people
from canonpose.people.tracks import along, body_sizes, link
from canonpose.readers.checks import cleaned
from synthetic_files import body, view


def crowd(*people, seed=0):
    """People [frame, joint, 3] as a detector lists them: in any order, frame by frame."""
    random = np.random.default_rng(seed)
    frames = [
        [person[frame] for person in people if person[frame, :, 2].any()]
        for frame in range(len(people[0]))
    ]
    frames = [[found[i] for i in random.permutation(len(found))] for found in frames]
    return cleaned(stack_people(dict(enumerate(frames)), "test"), "test")


@settings(deadline=None, max_examples=20)
@given(seed=st.integers(0, 1000), count=st.integers(2, 4))
def test_everyone_is_followed_however_a_frame_lists_them(seed, count):
    people = [view(body(40, seed + n), 20, middle=400 * (n + 1)) for n in range(count)]
    stacked = crowd(*people, seed=seed)
    tracks = link(stacked)
    assert len(tracks) == count
    for person, track in zip(people, tracks, strict=True):
        np.testing.assert_allclose(along(stacked, track), person, rtol=1e-6)


def test_people_are_numbered_by_first_appearance_then_left_to_right():
    late, right, left = (
        view(body(40, seed), 0, middle=middle) for seed, middle in enumerate((300, 1500, 900))
    )
    late[:10] = 0
    tracks = link(crowd(late, right, left))
    assert (tracks >= 0).sum(1).tolist() == [40, 40, 30]
    stacked = crowd(late, right, left)
    middles = [np.nanmean(along(stacked, track)[..., 0]) for track in tracks]
    assert middles == pytest.approx([900, 1500, 300], abs=60)


@pytest.mark.parametrize(
    ("gap", "shift", "people"), [(5, 0, 2), (80, 0, 3), (15, 230, 2), (1, 230, 3)]
)
def test_short_gaps_are_bridged_and_long_ones_are_not(gap, shift, people):
    first, second = view(body(200, 0), 0, middle=400), view(body(200, 1), 0, middle=1200)
    first[50 : 50 + gap] = 0
    first[50 + gap :, :, 0] += shift
    assert len(link(crowd(first, second))) == people


def test_a_body_of_which_one_joint_is_left_for_a_moment_is_not_lost():
    first, second = view(body(40, 0), 0, middle=400), view(body(40, 1), 0, middle=1200)
    first[20:23, 1:] = 0
    assert len(link(crowd(first, second))) == 2


def test_ghosts_of_a_few_frames_are_no_people():
    first, second, ghost = (view(body(100, n), 0, middle=400 + 600 * n) for n in range(3))
    ghost[3:] = 0
    assert len(link(crowd(first, second, ghost))) == 2


def test_a_person_found_twice_is_one_person_and_the_surer_detection_is_taken():
    person, other = view(body(60, 0), 0, middle=400), view(body(60, 1), 0, middle=1200)
    again = view(body(60, 0), 0, middle=404, score=0.5)
    again[::3] = 0
    stacked = crowd(again, person, other)
    tracks = link(stacked)
    assert len(tracks) == 2
    np.testing.assert_allclose(along(stacked, tracks[0]), person, rtol=1e-6)


def test_two_people_who_pass_closely_stay_two():
    left, right = view(body(60, 0), 0, middle=400), view(body(60, 1), 0, middle=460)
    assert len(link(crowd(left, right))) == 2


def test_where_frames_hold_one_person_it_is_one_person():
    person = view(body(30, 0), 0)
    person[10] = 0
    person[11:, :, 0] += 900
    tracks = link(crowd(person))
    assert (tracks >= 0).sum(1).tolist() == [29]


def test_body_sizes():
    person = np.array([[0, 0, 1], [30, 40, 1], [900, 900, 0], [np.nan, np.nan, 0]])
    people = np.stack([person, person * [1, 1, 0]])
    assert body_sizes(people).tolist() == [50, 0]
