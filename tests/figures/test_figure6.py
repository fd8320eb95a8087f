from dataclasses import replace

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.figures import figure6

from .lifted import DOTS, lifted, without_frames

HEADS = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.mark.parametrize("ending", HEADS)
def test_frames_and_picture(tmp_path, ending):
    recordings = {"dance": lifted(20), "ski": lifted(20, seed=1)}
    drawn = figure6(recordings, tmp_path / f"a.{ending}", count=3)
    assert (tmp_path / f"a.{ending}").read_bytes().startswith(HEADS[ending])
    assert list(drawn.frames) == ["dance", "ski"]
    assert [len(set(frames)) for frames in drawn.frames.values()] == [3, 3]


def test_given_frames_are_drawn_in_their_order(tmp_path):
    drawn = figure6({"a": lifted(20)}, tmp_path / "a.png", frames={"a": [7, 3]})
    assert drawn.frames == {"a": (7, 3)}


def test_frames_without_a_pose_are_skipped(tmp_path):
    poses = without_frames(lifted(5), [0, 1, 2])
    assert figure6({"a": poses}, tmp_path / "a.png").frames == {"a": (3, 4)}


def test_images_are_asked_for_by_label_and_frame(tmp_path):
    asked = []

    def image(label, frame):
        asked.append((label, frame))
        return np.zeros((1000, 1000, 3), np.uint8) if frame == 2 else None

    figure6({"a": lifted(5)}, tmp_path / "a.png", frames={"a": [2, 4]}, image=image)
    assert asked == [("a", 2), ("a", 4)]


def test_dots_alone_and_detections_missing(tmp_path):
    poses = lifted(3, skeleton=DOTS)
    scores, keypoints = poses.scores.copy(), poses.keypoints.copy()
    scores[:, 3:], scores[0], keypoints[:, 3:], keypoints[0] = 0, 0, np.nan, np.nan
    drawn = figure6({"a": replace(poses, scores=scores, keypoints=keypoints)}, tmp_path / "a.png")
    assert drawn.frames == {"a": (0, 1, 2)}


def test_errors_are_one_sentence(tmp_path):
    poses, path = without_frames(lifted(5), [1]), tmp_path / "a.png"
    with pytest.raises(InputError, match="nothing to draw"):
        figure6({}, path)
    with pytest.raises(InputError, match="at least one frame"):
        figure6({"a": poses}, path, count=0)
    with pytest.raises(InputError, match="no frame has all its joints"):
        figure6({"a": without_frames(poses, [0, 1, 2, 3, 4])}, path)
    with pytest.raises(InputError, match="a: there is no frame 5; it has frames 0 to 4"):
        figure6({"a": poses}, path, frames={"a": [5]})
    with pytest.raises(InputError, match="a: frame 1 has no pose"):
        figure6({"a": poses}, path, frames={"a": [1]})
    with pytest.raises(InputError, match="a: no frame is named"):
        figure6({"a": poses}, path, frames={"a": []})
    assert not path.exists()
