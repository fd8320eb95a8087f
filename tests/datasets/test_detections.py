import numpy as np
import pytest

from canonpose.datasets.detections import has_detections, read_detections
from canonpose.errors import InputError
from canonpose.skeleton import layout
from datasets.scene import write_keypoints

COCO = layout("coco17")
NAME = "S2/Seq1/video_0"


@pytest.fixture
def folder(tmp_path):
    pixels = np.random.default_rng(0).uniform(0, 500, (5, len(COCO.detected), 2))
    write_keypoints(tmp_path / "detections" / f"{NAME}.npz", pixels, COCO.detected)
    return tmp_path


def test_a_data_set_may_have_none(tmp_path):
    assert not has_detections(tmp_path)
    assert read_detections(tmp_path, NAME, 5) is None


def test_they_lie_where_the_video_does(folder):
    assert has_detections(folder)
    detected = read_detections(folder, NAME, 5)
    assert detected is not None
    assert (detected.skeleton, len(detected)) == (COCO, 5)


def test_all_are_there_or_none(folder):
    with pytest.raises(InputError, match=r"video_1\.npz: is missing, so some videos"):
        read_detections(folder, "S2/Seq1/video_1", 5)


def test_the_lengths_must_be_equal(folder):
    with pytest.raises(InputError, match=r"video_0\.npz: has 5 frames, but the annotations have 7"):
        read_detections(folder, NAME, 7)
