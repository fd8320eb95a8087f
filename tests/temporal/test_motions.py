import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonpose.temporal.motions import BODY, smoothed, solved_motions
from canonpose.virtual.body import upwards

from .solved_people import solved_people


def waves(frames, hertz, fps):
    time = np.arange(frames) / fps
    return np.sin(2 * np.pi * hertz * time)[:, None, None] * np.ones((2, 3))


def test_slow_motion_stays_and_trembling_goes():
    slow, fast = waves(200, 1.0, 60.0), waves(200, 20.0, 60.0)
    middle = slice(30, -30)
    kept = smoothed(slow + 0.1 * fast, 60.0)
    assert np.abs(kept - slow)[middle].max() < 0.01


@given(st.integers(0, 100))
def test_gaps_stay_gaps_and_do_not_spread(seed):
    random = np.random.default_rng(seed)
    positions = waves(90, 1.0, 30.0)
    positions[random.random((90, 2)) < 0.3] = np.nan
    kept = smoothed(positions, 30.0)
    np.testing.assert_array_equal(np.isnan(kept), np.isnan(positions))


def test_what_is_too_short_stays_as_it_is():
    short = waves(9, 1.0, 30.0)
    np.testing.assert_array_equal(smoothed(short, 30.0), short)


def test_a_solved_take_stands_upright_in_metres():
    _, solved, worlds = solved_people()
    (motion,) = solved_motions(solved)
    positions = motion.motion.positions
    assert upwards(positions, solved.skeleton.joints) == "y"
    flipped = worlds[0] * [1, -1, -1] * BODY / 1.75
    ratio = np.linalg.norm(positions) / np.linalg.norm(flipped)
    assert ratio == pytest.approx(1, abs=0.05)  # proportions differ from the mean ones
    assert np.abs(positions / ratio - flipped)[10:-10].max() < 0.03
    assert (motion.weights > 0.9).all()
