from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("av", reason="PyAV is not installed")
pytest.importorskip("cv2", reason="OpenCV is not installed")

import av

from canonpose.errors import InputError, InputWarning
from canonpose.exporters.overlay import OverlaySettings
from canonpose.exporters.overlay.writing import write_frames
from canonpose.video.frame import Frame
from walking import walking

SIZE = (192, 108)


def poses(frames=12, **changes):
    seen = walking(frames, image_size=SIZE, **changes)
    return replace(seen, keypoints=seen.keypoints / 10)  # drawn for 1920 x 1080


def frames(count=12, size=SIZE, times=None, shade=60):
    for index in range(count):
        time = index / 30 if times is None else times[index]
        yield Frame(index, float(time), np.full((size[1], size[0], 3), shade, np.uint8))


def read(path):
    with av.open(str(path)) as file:
        decoded = list(file.decode(video=0))
        return [frame.to_ndarray(format="rgb24") for frame in decoded], [f.time for f in decoded]


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv"])
def test_written_and_read_back(tmp_path, ending):
    path, told = tmp_path / f"out{ending}", []
    write_frames(frames(), poses(), path, source="clip", progress=told.append)
    pictures, times = read(path)
    assert told == list(range(1, 13))
    assert len(pictures) == 12
    np.testing.assert_allclose(times, np.arange(12) / 30, atol=1e-3)
    height, width = pictures[0].shape[:2]
    assert (height, width % 2) == (108, 0)
    assert width > 192 + 60
    assert list(tmp_path.iterdir()) == [path]
    # The skeleton is in the picture, and in the panel.
    assert (np.abs(pictures[0][:80, :192].astype(int) - 60) > 40).any()
    assert (pictures[0][:, 192:].max(-1) > 150).any()


def test_uneven_times_are_kept(tmp_path):
    times = np.cumsum(np.random.default_rng(0).uniform(0.005, 0.2, 12))
    times -= times[0]
    write_frames(frames(times=times), poses(), tmp_path / "out.mp4", source="clip")
    np.testing.assert_allclose(read(tmp_path / "out.mp4")[1], times, atol=1e-4)


def test_times_that_stand_still_are_written(tmp_path):
    write_frames(frames(times=[0.0] * 12), poses(), tmp_path / "out.mp4", source="clip")
    assert len(read(tmp_path / "out.mp4")[0]) == 12


def test_nobody_is_a_picture_without_skeleton(tmp_path):
    seen = poses()
    for array in (seen.positions, seen.keypoints):
        array[:] = np.nan
    seen.scores[:] = 0
    write_frames(frames(), seen, tmp_path / "out.mkv", source="clip")
    picture = read(tmp_path / "out.mkv")[0][5][:70, :192]
    assert np.abs(picture.astype(int) - 60).max() < 6


def test_colours_of_the_picture_are_kept(tmp_path):
    write_frames(frames(shade=200), poses(), tmp_path / "out.mp4", source="clip")
    pictures, _ = read(tmp_path / "out.mp4")
    assert np.abs(pictures[0][:8, :8].astype(int) - 200).max() < 6


def test_large_pictures_are_made_smaller_and_odd_ones_even(tmp_path):
    seen = replace(poses(3), image_size=(641, 361))
    settings = OverlaySettings(long_side=320)
    write_frames(
        frames(3, (641, 361)), seen, tmp_path / "out.mp4", source="clip", settings=settings
    )
    picture = read(tmp_path / "out.mp4")[0][0]
    assert picture.shape[0] == 180
    assert picture.shape[1] == 320 + 144


def test_a_smaller_copy_of_the_video_will_do(tmp_path):
    """The skeleton is scaled with the pictures."""
    settings = OverlaySettings(long_side=192)
    full = poses(2)
    write_frames(frames(2, (96, 54)), full, tmp_path / "small.mp4", source="c", settings=settings)
    picture = read(tmp_path / "small.mp4")[0][0][:, :96].astype(int)
    rows, columns = np.nonzero(np.abs(picture - 60).max(-1)[:40] > 60)
    middle = full.keypoints[0].mean(0) / 2
    assert abs(columns.mean() - middle[0]) < 6
    assert (rows < 54).all()


@pytest.mark.parametrize("count", [10, 14])
def test_another_number_of_frames_is_said(tmp_path, count):
    with pytest.warns(InputWarning, match=f"has {count} frames where there are 12 poses"):
        write_frames(frames(count), poses(), tmp_path / "out.mp4", source="clip")
    assert len(read(tmp_path / "out.mp4")[0]) == count


@pytest.mark.parametrize(
    ("name", "size", "count", "says"),
    [
        ("out.avi", SIZE, 3, r"out\.avi: an overlay is written as \.mp4"),
        ("out.mp4", (108, 192), 3, "clip: its pictures are 108 x 192, but"),
        ("out.mp4", SIZE, 0, "clip: has no frames"),
        ("folder.mp4", SIZE, 3, r"folder\.mp4: cannot be written"),
    ],
)
def test_bad_input(tmp_path, name, size, count, says):
    (tmp_path / "folder.mp4").mkdir()
    with pytest.raises(InputError, match=says):
        write_frames(frames(count, size), poses(3), tmp_path / name, source="clip")
    assert [left.name for left in tmp_path.iterdir()] == ["folder.mp4"]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, InputError("clip.mp4: ends in the middle")])
def test_what_was_there_stays_where_the_work_is_cut_short(tmp_path, stop):
    path = tmp_path / "out.mp4"
    path.write_text("old")

    def cut_short():
        yield from frames(4)
        raise stop

    with pytest.raises(type(stop) if isinstance(stop, Exception) else stop):
        write_frames(cut_short(), poses(), path, source="clip")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_frames_are_not_hoarded(tmp_path):
    """A frame is let go before the next but one is decoded."""
    import weakref

    alive: list = []

    def watched():
        for frame in frames():
            alive.append(weakref.ref(frame.image))
            yield frame
            assert sum(reference() is not None for reference in alive) <= 3

    write_frames(watched(), poses(), tmp_path / "out.mp4", source="clip")
    assert len(alive) == 12


@pytest.mark.parametrize("wrong", [{"long_side": 2}, {"quality": 52}, {"tilt": 90.0}])
def test_bad_settings(wrong):
    with pytest.raises(InputError):
        OverlaySettings(**wrong)
