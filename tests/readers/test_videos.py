"""Captures made of videos, by a detector that sees discs."""

import numpy as np
import pytest

from canonpose.detection.footage import detect_video
from canonpose.errors import InputError
from canonpose.exporters.captures import write_detections, write_keypoints
from canonpose.people.tracked_view import TrackedView
from canonpose.readers import read_capture, read_keypoints
from canonpose.readers.folders import find_takes
from canonpose.readers.videos import to_skeleton
from canonpose.skeleton import Skeleton
from synthetic_videos import DISC, DiscDetector, disc, moving_disc, write_video


def detect(path):
    return detect_video(path, DiscDetector(), cache=False)


@pytest.fixture
def take(tmp_path):
    folder = tmp_path / "footage" / "take"
    folder.mkdir(parents=True)
    return folder


def test_a_folder_of_videos_is_a_capture(take):
    for camera in ("left", "right"):
        write_video(take / f"{camera}.MP4", moving_disc(20))
    capture = read_capture(take.parent, detect=detect)
    assert capture.cameras == ("left", "right")
    view = capture.takes[0].views["left"]
    assert (len(view), view.fps, view.image_size) == (20, 25, (64, 48))
    assert (view.times, view.fps) == (None, 25)  # one clock for all cameras of a take
    assert view.skeleton == DISC


def test_keypoints_beside_a_video_come_before_it(take):
    video = write_video(take / "left.mp4", moving_disc(20))
    assert find_takes(take.parent) == {"take": {"left": video}}
    write_keypoints(read_keypoints(video, detect=detect), take / "left.npz")
    assert find_takes(take.parent) == {"take": {"left": take / "left.npz"}}


def test_lifted_poses_beside_a_video_do_not(take):
    write_video(take / "left.mp4", moving_disc(20))
    lifted = {"canonical": np.zeros((3, 3, 3)), "rotation": np.zeros((3, 3, 3))}
    for name in ("left.npz", "fused.npz"):
        np.savez(take / name, keypoints=np.zeros((3, 3, 2)), **lifted)
    assert find_takes(take.parent) == {"take": {"left": take / "left.mp4"}}
    (take / "left.mp4").unlink()
    with pytest.raises(InputError, match=r"holds neither cameras .*\.npz of keypoints"):
        find_takes(take)


def test_a_damaged_file_beside_a_video_is_not_passed_over(take):
    write_video(take / "left.mp4", moving_disc(20))
    (take / "left.npz").write_bytes(b"PK damaged")
    assert find_takes(take.parent) == {"take": {"left": take / "left.npz"}}


def test_two_videos_of_one_camera(take):
    for ending in ("mp4", "mov"):
        write_video(take / f"left.{ending}", moving_disc(2))
    with pytest.raises(InputError, match=r"left\.mp4: is a second file of camera 'left'"):
        find_takes(take)


def test_a_camera_that_dies_sees_nobody_from_there_on(take):
    write_video(take / "left.mp4", moving_disc(20))
    write_video(take / "right.mp4", moving_disc(14))
    capture = read_capture(take, detect=detect)
    assert capture.notes == (
        "take 'take', camera 'right': ends 6 frames before the others, and sees nobody from "
        "there on",
    )
    right = capture.takes[0].views["right"]
    assert (len(right), right.times) == (20, None)
    np.testing.assert_array_equal(right.seen.any(1), np.arange(20) < 14)


def test_times_are_cut_with_the_frames(take):
    path = write_video(take / "a.mp4", moving_disc(8), times=[0, 0.1, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8])
    cut = TrackedView.of(detect(path)).cut(2, 5)
    np.testing.assert_allclose(cut.detections.times, [0.3, 0.4, 0.5], atol=1e-4)


def test_one_detector_is_made_for_all_and_only_for_videos(take, monkeypatch):
    from canonpose.detection import registry
    from canonpose.readers import videos

    made = []
    monkeypatch.setattr(registry, "create_detector", lambda: made.append(1) or DiscDetector())
    videos._default_detector.cache_clear()
    for camera in ("left", "right"):
        write_video(take / f"{camera}.mp4", moving_disc(5))
    read_capture(take)
    read_capture(take)
    videos._default_detector.cache_clear()
    assert len(made) == 1


COCO_LIKE = Skeleton(name="ends", joints=("right", "left"), root="left")


def test_videos_take_the_skeleton_of_the_files_beside_them(take):
    write_video(take / "left.mp4", moving_disc(10))
    seen = to_skeleton(detect(write_video(take / "right.mp4", moving_disc(10))), COCO_LIKE)
    (take / "right.mp4").unlink()
    write_detections(seen, take / "right.npz")
    with pytest.raises(InputError, match="unknown joint names"):
        read_capture(take, detect=detect)
    capture = read_capture(take, detect=detect, layout=COCO_LIKE)
    left, right = capture.takes[0].views.values()
    assert left.skeleton == right.skeleton == COCO_LIKE
    np.testing.assert_allclose(left.positions, right.positions, atol=1e-6)


def test_a_layout_that_the_detector_cannot_give(take):
    path = write_video(take / "a.mp4", moving_disc(3))
    with pytest.raises(InputError, match=r"a\.mp4: the detector finds 'disc', without .*nose"):
        read_keypoints(path, detect=detect, layout="coco17")


def test_everyone_is_written_and_read_again(take):
    path = write_video(take / "a.mp4", [disc([(12, 20), (40, 30)])] * 6)
    found = detect(path)
    write_detections(found, take / "a.npz")
    person = read_keypoints(take / "a.npz", layout=DISC, person=2)
    assert person.person.startswith("person 2 of 2")
    np.testing.assert_allclose(person.positions[:, 1], [[40, 30]] * 6, atol=0.6)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ([0.0, 0.1], r"times must be 3 numbers, one a frame, not float64 \[2\]"),
        (["a", "b", "c"], "times must be 3 numbers, one a frame"),
        ([0.0, 0.2, 0.2], r"times must rise .* frame 2 is 0\.2 s"),
        ([0.0, np.nan, 0.2], "times must rise .* frame 1 is nan s"),
    ],
)
def test_bad_times_in_npz(take, times, said):
    write_detections(detect(write_video(take / "a.mp4", moving_disc(3))), take / "a.npz")
    with np.load(take / "a.npz") as held:
        entries = {**held, "times": np.array(times)}
    np.savez(take / "a.npz", **entries)
    with pytest.raises(InputError, match=said):
        read_keypoints(take / "a.npz", layout=DISC)
