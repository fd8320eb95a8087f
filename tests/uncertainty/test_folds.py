from dataclasses import replace

import numpy as np
import pytest

from canonpose.datamodel import ASSUMED_FPS
from canonpose.errors import InputError
from canonpose.uncertainty.folds import enough_left, folds_of, without
from solving.rigs import scene


def test_whole_takes_where_there_are_enough():
    capture = scene(frames=20, people=4).capture
    folds = folds_of(capture, 3, 1.0)
    judged = [sorted(fold.frames) for fold in folds]
    assert sorted(number for fold in judged for number in fold) == [0, 1, 2, 3]
    for fold, numbers in zip(folds, judged, strict=True):
        left = without(capture, [fold])
        hidden = {capture.takes[number].name for number in numbers}
        assert {take.name for take in left.takes} == {f"t{n}" for n in range(4)} - hidden


def test_stretches_of_time_with_margins_where_not():
    capture = scene(frames=200).capture
    folds = folds_of(capture, 3, 1.0)
    assert (np.sum([fold.frames[0] for fold in folds], axis=0) == 1).all()
    middle = without(capture, folds[1:2]).takes[0].views["c1"]
    seen = middle.seen.any(1)
    assert not seen[66 - 25 : 133 + 25].any()
    assert seen[: 66 - 25].all() and seen[133 + 25 :].all()
    assert np.isnan(middle.positions[100]).all()


def test_margins_in_footage_of_unknown_frame_rate():
    capture = scene(frames=200).capture
    (take,) = capture.takes
    untold = {camera: replace(view, fps=None) for camera, view in take.views.items()}
    capture = replace(capture, takes=(replace(take, views=untold),))
    hidden = folds_of(capture, 3, 1.0)[1].margins[0]
    assert np.flatnonzero(hidden)[[0, -1]].tolist() == [66 - ASSUMED_FPS, 132 + ASSUMED_FPS]


def test_two_parts_leave_the_third():
    takes = scene(frames=20, people=3).capture
    left = without(takes, folds_of(takes, 3, 1.0)[:2])
    assert len(left.takes) == 1
    long = scene(frames=300).capture
    folds = folds_of(long, 3, 1.0)
    seen = without(long, [folds[0], folds[2]]).takes[0].views["c1"].seen.any(1)
    assert not seen[: 100 + 25].any() and not seen[200 - 25 :].any()
    assert seen[100 + 25 : 200 - 25].all()


def test_it_is_told_whether_enough_is_left():
    capture = scene(frames=300).capture
    folds = folds_of(capture, 3, 1.0)
    assert enough_left(capture, folds[:1])
    assert not enough_left(capture, [folds[0], folds[2]])  # 50 frames of 300
    assert not enough_left(capture, folds)


def test_short_takes_are_refused():
    with pytest.raises(InputError, match="'t0': is too short"):
        folds_of(scene(frames=100).capture, 3, 1.0)
