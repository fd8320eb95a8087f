from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.errors import InputError
from canonpose.lifter.temporal import TemporalConfig, TemporalLifter
from canonpose.lifter.temporal.windows import LiftedFrames, places_at

JOINTS = 5
CONFIG = TemporalConfig(window=9, width=12)


def network(seed=0, trained=True):
    torch.manual_seed(seed)
    made = TemporalLifter(JOINTS, CONFIG)
    if trained:
        torch.nn.init.normal_(made.correction.weight)
        torch.nn.init.normal_(made.share)
    return made


def frames(count=20, seed=0, unusable=(), fps=None):
    torch.manual_seed(seed)
    usable = torch.ones(count, dtype=torch.bool)
    usable[list(unusable)] = False
    return LiftedFrames(
        torch.randn(count, JOINTS, 2),
        torch.rand(count, JOINTS),
        torch.randn(count, JOINTS, 3),
        usable,
        torch.zeros(count, dtype=torch.int64),
        places_at(fps, count),
    )


@pytest.mark.parametrize("window", [1, 2, 8, 10, 28])
def test_windows_are_powers_of_three(window):
    with pytest.raises(InputError, match="choose 9, 27"):
        TemporalConfig(window=window)


def test_starts_as_a_mean_over_few_frames():
    still = frames()
    lifted = still.lifted[:1].expand_as(still.lifted)
    still = replace(still, lifted=lifted)
    windows = still.windows(torch.arange(20), CONFIG.past, CONFIG.past)
    with torch.no_grad():
        poses = network(trained=False)(*windows)
    torch.testing.assert_close(poses, lifted, atol=1e-5, rtol=0)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 19), st.integers(0, 50))
def test_causal_windows_do_not_see_the_future(frame, seed):
    now, later = frames(), frames(seed=seed + 1)
    cut = torch.arange(20)[:, None] > frame
    changed = LiftedFrames(
        torch.where(cut[..., None], later.positions, now.positions),
        torch.where(cut, later.scores, now.scores),
        torch.where(cut[..., None], later.lifted, now.lifted),
        now.usable,
        now.recording,
        now.place,
    )
    chosen = torch.tensor([frame])
    with torch.no_grad():
        poses = [network()(*one.windows(chosen, CONFIG.past, 0)) for one in (now, changed)]
        both = [network()(*one.windows(chosen, CONFIG.past, 4)) for one in (now, changed)]
    torch.testing.assert_close(*poses)
    assert frame == 19 or not torch.allclose(*both)


def test_frames_that_are_not_usable_count_as_nothing():
    with_gap = frames(unusable=[8])
    nonsense = LiftedFrames(
        with_gap.positions.clone(),
        with_gap.scores.clone(),
        with_gap.lifted.clone(),
        with_gap.usable,
        with_gap.recording,
        with_gap.place,
    )
    nonsense.lifted[8], nonsense.positions[8] = 1e3, -7.0
    chosen = torch.tensor([7, 9])
    with torch.no_grad():
        torch.testing.assert_close(
            *(network()(*one.windows(chosen, 4, 4)) for one in (with_gap, nonsense))
        )


def test_windows_stay_in_their_recording():
    both = LiftedFrames.joined([frames(6), frames(7, seed=1)])
    windows = both.windows(torch.tensor([5, 6, 12]), 4, 4)
    assert windows.present.tolist() == [
        [True] * 5 + [False] * 4,
        [False] * 4 + [True] * 5,
        [True] * 5 + [False] * 4,
    ]


def test_nothing_usable_gives_numbers():
    nothing = frames(unusable=range(20))
    with torch.no_grad():
        poses = network()(*nothing.windows(torch.tensor([3]), 4, 4))
    assert poses.isfinite().all()


@pytest.mark.parametrize(
    ("fps", "apart"),
    [(None, 1), (240.0, 1), (29.97, 1), (25.0, 1), (15.0, 2), (10.0, 3)],
)
def test_frames_of_slow_recordings_lie_as_far_apart_as_they_are_in_time(fps, apart):
    assert places_at(fps, 4).tolist() == [0, apart, 2 * apart, 3 * apart]


@pytest.mark.parametrize(
    ("fps", "times", "places"),
    [
        (30.0, [5.0, 5.033, 5.067, 7.0, 7.033], [0, 1, 2, 60, 61]),
        (60.0, [0.0, 0.0167, 0.0333, 1.0, 1.0167], [0, 1, 2, 60, 61]),
        (25.0, [0.0, 0.04, 0.08, 0.12, 0.16], [0, 1, 2, 3, 4]),
        (10.0, [0.0, 0.1, 0.24, 0.29, 0.3], [0, 3, 7, 9, 10]),
        (None, [0.0, 0.01, 0.02, 1.02, 1.03], [0, 1, 2, 32, 33]),
    ],
)
def test_frames_lie_as_far_apart_as_their_times(fps, times, places):
    assert places_at(fps, len(times), np.array(times)).tolist() == places


@pytest.mark.parametrize("fps", [5.0, 7.0, 10.0, 12.0, 12.5, 15.0, 18.0, 20.0])
def test_places_of_slow_frames_add_up_to_their_time(fps):
    times = np.arange(300) / fps
    places = places_at(fps, 300, times).numpy()
    assert np.abs(places - 30 * times).max() < 0.5 + 1e-6
    assert (np.diff(places) >= 1).all()


@pytest.mark.parametrize("fps", [5.0, 10.0, 15.0, 24.0, 25.0, 29.97, 30.0, 50.0, 120.0])
def test_even_times_say_what_the_frame_rate_says(fps):
    assert torch.equal(places_at(fps, 300, 3 + np.arange(300) / fps), places_at(fps, 300))


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from([None, 8.0, 12.0, 20.0, 25.0, 30.0, 60.0]),
    st.lists(st.floats(1e-3, 0.3), min_size=1, max_size=40),
    st.floats(1.0, 100.0),
)
def test_a_gap_is_as_long_as_its_time_whatever_came_before(fps, steps, gap):
    times = np.cumsum([0.0, *steps, gap])
    places = places_at(fps, len(times), times)
    assert (places.diff() >= 1).all()
    rate = fps if fps and fps > 20 else 30
    assert abs(float(places[-1] - places[-2]) - gap * rate) <= 1 + 1e-6


def test_places_between_slow_frames_stay_empty():
    slow = frames(6, fps=15.0)
    windows = slow.windows(torch.tensor([2]), 4, 4)
    assert windows.present[0].tolist() == [True, False] * 4 + [True]
    torch.testing.assert_close(windows.lifted[0, ::2], slow.lifted[:5])


def test_recordings_of_different_rates_in_one_batch():
    both = LiftedFrames.joined([frames(6, fps=15.0), frames(7, seed=1, fps=60.0)])
    windows = both.windows(torch.tensor([5, 6]), 4, 4)
    assert windows.present.tolist() == [
        [True, False] * 2 + [True] + [False] * 4,
        [False] * 4 + [True] * 5,
    ]
