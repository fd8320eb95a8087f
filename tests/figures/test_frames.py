import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.errors import InputError
from canonpose.figures import farthest_points, spread_frames

from .lifted import lifted, without_frames


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(0, 15))
def test_chosen_points_are_distinct_and_as_many_as_there_are(seed, samples, count):
    points = np.random.default_rng(seed).normal(size=(samples, 3))
    chosen = farthest_points(points, count)
    assert len(chosen) == min(samples, count) == len(set(chosen))


def test_the_first_is_the_most_ordinary_and_the_second_the_farthest_from_it():
    points = np.array([[0.0], [9.0], [1.0], [1.2]])
    assert farthest_points(points, 3) == [3, 1, 0]


def test_copies_are_not_chosen_twice():
    assert len(farthest_points(np.repeat(np.eye(2), 5, axis=0), 4)) == 2


def test_no_points():
    assert farthest_points(np.empty((0, 3)), 4) == []


def test_each_kind_of_pose_is_shown_once():
    poses = lifted(30)
    kinds = np.repeat([0, 10, 20], 10)
    poses.canonical[:] = poses.canonical[kinds]
    assert sorted(kinds[spread_frames(poses, 3)]) == [0, 10, 20]


def test_frames_without_a_pose_are_left_out():
    poses = without_frames(lifted(6), [0, 2, 5])
    assert spread_frames(poses, 10) == [1, 3, 4]


def test_no_pose_at_all():
    with pytest.raises(InputError, match="c0: no frame has all its joints"):
        spread_frames(without_frames(lifted(3), [0, 1, 2]), 2)
