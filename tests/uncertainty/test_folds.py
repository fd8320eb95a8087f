import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.uncertainty.folds import folds_of
from solving.rigs import scene


def test_whole_takes_where_there_are_enough():
    capture = scene(frames=20, people=4).capture
    folds = folds_of(capture, 3, 1.0)
    judged = [sorted(fold.frames) for fold in folds]
    assert sorted(number for fold in judged for number in fold) == [0, 1, 2, 3]
    for fold, numbers in zip(folds, judged, strict=True):
        left = fold.hidden_from(capture)
        hidden = {capture.takes[number].name for number in numbers}
        assert {take.name for take in left.takes} == {f"t{n}" for n in range(4)} - hidden


def test_stretches_of_time_with_margins_where_not():
    capture = scene(frames=200).capture
    folds = folds_of(capture, 3, 1.0)
    assert (np.sum([fold.frames[0] for fold in folds], axis=0) == 1).all()
    middle = folds[1].hidden_from(capture).takes[0].views["c1"]
    seen = middle.seen.any(1)
    assert not seen[66 - 25 : 133 + 25].any()
    assert seen[: 66 - 25].all() and seen[133 + 25 :].all()
    assert np.isnan(middle.positions[100]).all()


def test_short_takes_are_refused():
    with pytest.raises(InputError, match="'t0': is too short"):
        folds_of(scene(frames=100).capture, 3, 1.0)
