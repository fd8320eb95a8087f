from dataclasses import replace

import numpy as np
import pytest

from canonpose.datasets import read_dataset
from canonpose.errors import InputError
from synthetic_dataset import dataset

DATA = dataset(20)


def test_the_capture_is_what_training_sees():
    capture = DATA.capture()
    assert [take.name for take in capture.takes] == ["t0", "t1"]
    assert (capture.cameras, capture.static_cameras) == (("c0", "c1", "c2"), True)
    assert DATA.capture(["c2", "c0"]).takes[0].views.keys() == {"c0", "c2"}


def test_unknown_and_too_few_cameras():
    with pytest.raises(InputError, match="no training camera 'c9'; there are c0, c1, c2"):
        DATA.capture(["c0", "c9"])
    with pytest.raises(InputError, match="no training take has two of c1"):
        DATA.capture(["c1"])


def test_exact_2d_takes_the_place_of_detections():
    exact = DATA.with_true_2d()
    for before, after in zip(DATA.test, exact.test, strict=True):
        for camera, truth in before.truth_2d.items():
            assert after.take.views[camera] is truth
    assert (
        np.abs(
            DATA.test[0].take.views["c0"].positions - exact.test[0].take.views["c0"].positions
        ).max()
        > 1
    )


def test_without_exact_2d_there_is_no_such_row():
    bare = replace(DATA, test=(replace(DATA.test[0], truth_2d={}),))
    with pytest.raises(InputError, match="take 't2': the exact 2D of camera 'c0' is not known"):
        bare.with_true_2d()


def test_without_confidences_all_that_is_seen_counts_alike():
    plain = DATA.without_confidences()
    assert np.unique(plain.training[0].take.views["c1"].scores).tolist() == [1.0]
    assert np.unique(DATA.training[0].take.views["c1"].scores) == pytest.approx(0.9)


def test_unknown_data_sets_and_missing_folders(tmp_path):
    with pytest.raises(InputError, match="unknown data set 'h36m': use one of human36m, 3dhp"):
        read_dataset("h36m", tmp_path)
    with pytest.raises(InputError, match="nowhere: is no folder; give the one that holds virtual"):
        read_dataset("virtual", tmp_path / "nowhere")
