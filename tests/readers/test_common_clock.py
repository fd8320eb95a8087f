import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.people.tracked_view import TrackedView
from canonpose.readers import read_capture
from canonpose.readers.common_clock import Timing
from canonpose.readers.keypoints import read_detections
from canonpose.readers.synchronise import synchronised
from synthetic_files import body, view, write_npz


def marked(frames, rate, start=0.0, pace=1.0):
    """A view whose nose tells the world's time: x = 1000 + 100 s."""
    seen = view(body(frames, 0), 0)
    seen[:, 0, 0] = 1000 + 100 * (start + np.arange(frames) / rate / pace)
    return seen


def noses(folder):
    take = read_capture(folder).takes[0]
    return take, [v.positions[:, 0, 0] for v in take.views.values()]


def settings(folder, text):
    (folder / "capture.toml").write_text(text)
    return folder


def test_half_frames(tmp_path):
    write_npz(tmp_path / "c1.npz", marked(30, 60))
    write_npz(tmp_path / "c2.npz", marked(30, 60, start=2.5 / 60))
    take, (first, second) = noses(settings(tmp_path, "[offsets]\nc2 = -2.5"))
    np.testing.assert_allclose(first, second, atol=1e-3)
    assert len(take) == 27  # frame 3 is the first that c2 has begun by


def test_whole_offsets_written_as_fractions_cut_only(tmp_path):
    write_npz(tmp_path / "c1.npz", marked(30, 60))
    write_npz(tmp_path / "c2.npz", marked(30, 60, start=2 / 60))
    whole = noses(settings(tmp_path, "[offsets]\nc2 = -2"))[1]
    written = noses(settings(tmp_path, "[offsets]\nc2 = -2.0"))[1]
    for a, b in zip(whole, written, strict=True):
        np.testing.assert_array_equal(a, b)


def test_frame_rates_may_differ(tmp_path):
    write_npz(tmp_path / "c1.npz", marked(60, 60), fps=60.0)
    write_npz(tmp_path / "c2.npz", marked(25, 25), fps=25.0)
    take, (first, second) = noses(tmp_path)
    np.testing.assert_allclose(first, second, atol=1e-3)
    assert take.views["c1"].fps == 25
    notes = read_capture(tmp_path).notes
    assert any("60 fps; interpolated to 25 moments at 25 fps" in note for note in notes)


def rates_nearly_alike(folder, frames, settings=""):
    """Files without times, one of 30 and one of 29.97 frames per second."""
    for camera, rate, length in zip(("c1", "c2"), (30, 29.97), frames, strict=True):
        write_npz(folder / f"{camera}.npz", marked(length, rate), fps=float(rate))
    (folder / "capture.toml").write_text(settings)
    return folder


@pytest.mark.parametrize("settings", ["", "trim = true"])
def test_rates_that_part_over_the_take_are_interpolated(tmp_path, settings):
    rates_nearly_alike(tmp_path, (4470, 4465), settings)  # 149 s, at whose end they are 0.149 s off
    take, (first, second) = noses(tmp_path)
    np.testing.assert_allclose(first, second, atol=0.01)
    assert (len(take), take.views["c1"].fps) == (4465, 29.97)
    assert "'c1': 30 fps; interpolated to 4465 moments" in read_capture(tmp_path).notes[0]


def test_rates_that_hardly_part_over_the_take_are_one(tmp_path):
    capture = read_capture(rates_nearly_alike(tmp_path, (240, 240)))
    assert capture.notes == () and capture.takes[0].views["c2"].fps == 30
    np.testing.assert_array_equal(noses(tmp_path)[1][1], marked(240, 29.97)[:, 0, 0].astype("f4"))


def test_rates_that_part_towards_a_far_offset_are_not_one(tmp_path):
    for camera, rate, offset in (("c2", 29.97, 3000), ("c3", 30, 3001)):  # of a c1 that is left out
        seen = marked(60, rate, start=offset / rate)
        write_npz(tmp_path / f"{camera}.npz", seen, fps=float(rate))
    _, (first, second) = noses(settings(tmp_path, "[offsets]\nc2 = -3000\nc3 = -3001"))
    np.testing.assert_allclose(first, second, atol=0.01)


def test_a_rate_that_files_round_is_told_by_the_settings(tmp_path):
    rates_nearly_alike(tmp_path, (3000, 3000))
    with pytest.raises(InputError, match=r"one rate, .*rounds \(29\.97 and 30\), set fps there"):
        read_capture(tmp_path)
    capture = read_capture(settings(tmp_path, "fps = 29.97"))
    assert len(capture.takes[0]) == 3000 and capture.notes == ()


@pytest.mark.parametrize("frames", [240, 600])
def test_a_file_without_its_rate_has_that_of_the_others_if_they_hardly_part(tmp_path, frames):
    rates_nearly_alike(tmp_path, (frames, frames))
    write_npz(tmp_path / "c3.npz", marked(frames, 30), fps=None)
    if frames == 240:
        assert read_capture(tmp_path).takes[0].views["c3"].fps == 30
        return
    with pytest.raises(InputError, match=r"rates differ, .*'c3' does not tell .*set fps"):
        read_capture(tmp_path)


def test_drift(tmp_path):
    write_npz(tmp_path / "c1.npz", marked(600, 60))
    write_npz(tmp_path / "c2.npz", marked(600, 60, pace=1.001))
    settings(tmp_path, "trim = true\n[drifts]\nc2 = 1000")
    _, (first, second) = noses(tmp_path)
    np.testing.assert_allclose(first, second, atol=1e-2)


def test_other_durations_need_a_word(tmp_path):
    write_npz(tmp_path / "c1.npz", marked(60, 60), fps=60.0)
    write_npz(tmp_path / "c2.npz", marked(40, 25), fps=25.0)
    with pytest.raises(InputError, match=r"'c1' films for 0\.98 s, camera 'c2' .*trim = true"):
        read_capture(tmp_path)


def test_files_of_one_length_may_have_drifted_apart(tmp_path):
    write_npz(tmp_path / "c1.npz", marked(600, 60))
    write_npz(tmp_path / "c2.npz", marked(600, 60, pace=1.005))
    first, second = noses(settings(tmp_path, "[drifts]\nc2 = 5000"))[1]
    np.testing.assert_allclose(first, second, atol=1e-2)
    assert len(first) == 597  # c2's last frame was taken at 599 / 1.005


def test_a_drift_does_not_explain_other_lengths(tmp_path):
    write_npz(tmp_path / "c1.npz", marked(60, 60))
    write_npz(tmp_path / "c2.npz", marked(30, 60))
    with pytest.raises(InputError, match=r"'c2' films for 0\.48 s, camera 'c1' .*0\.98 s"):
        read_capture(settings(tmp_path, "[drifts]\nc2 = 120"))


@pytest.mark.parametrize("text", ["[offsets]\nc2 = -2.5", "[drifts]\nc2 = 500"])
def test_files_that_tell_no_rate_are_interpolated_in_frames(tmp_path, text):
    for place, camera in enumerate(("c1", "c2")):
        write_npz(tmp_path / f"{camera}.npz", view(body(90, 0), 40 * place), fps=None)
    capture = read_capture(settings(tmp_path, text))
    seen = capture.takes[0].views["c2"]
    assert seen.fps is None and seen.seen.any(1).all()
    assert capture.notes[-1].endswith("moments")


def test_lengths_are_told_in_frames_where_no_file_tells_its_rate(tmp_path):
    for camera, frames in (("c1", 60), ("c2", 40)):
        write_npz(tmp_path / f"{camera}.npz", marked(frames, 60), fps=None)
    with pytest.raises(InputError, match=r"'c2' has 40 frames, camera 'c1' has 60 frames"):
        read_capture(settings(tmp_path, "[drifts]\nc2 = 120"))


@pytest.mark.parametrize("start", [-3.0, 12.5, 1.7e9])
def test_times_may_count_from_anywhere(tmp_path, start):
    for camera in ("c1", "c2"):
        write_npz(tmp_path / f"{camera}.npz", marked(30, 60), times=start + np.arange(30) / 60)
    capture = read_capture(tmp_path)
    assert len(capture.takes[0]) == 30
    assert capture.notes == ()


def begun_apart(folder, seconds):
    """Times of one clock by which the second camera begins so much later."""
    for camera, start in (("c1", 0.0), ("c2", seconds)):
        times = 1.7e9 + start + np.arange(60) / 60
        write_npz(folder / f"{camera}.npz", marked(60, 60, start=start), times=times)
    return folder


def test_cameras_begin_apart_as_their_times_say(tmp_path):
    take, (first, second) = noses(begun_apart(tmp_path, 2.5 / 60))
    np.testing.assert_allclose(first, second, atol=1e-2)
    assert take.views["c2"].seen.any(1).all() and len(take) == 57
    assert "begins 0.042 s after the first by its file's times" in read_capture(tmp_path).notes[0]


def test_offsets_and_fps_stand_for_what_times_say(tmp_path):
    begun_apart(tmp_path, 2.5 / 60)
    for text in ("[offsets]\nc2 = 0", "fps = 60"):
        assert len(read_capture(settings(tmp_path, text)).takes[0]) == 60


def test_times_without_a_common_moment_are_named(tmp_path):
    with pytest.raises(InputError, match=r"times of camera 'c2' begin 12\.50 s after .*'c1'.*at 0"):
        read_capture(begun_apart(tmp_path, 12.5))


def test_a_pause_of_hours_is_no_take(tmp_path):
    times = np.concatenate([np.arange(30), 36_000 * 60 + np.arange(30)]) / 60
    for camera in ("c1", "c2"):
        write_npz(tmp_path / f"{camera}.npz", marked(60, 60), times=times)
    with pytest.raises(InputError, match=r"pause for 36000 s after frame 29; part .* into takes"):
        read_capture(tmp_path)


def test_the_rate_of_the_settings_is_that_by_which_people_are_followed(tmp_path):
    for camera in ("c1", "c2"):
        write_npz(tmp_path / f"{camera}.npz", marked(30, 60), fps=60.0)
    views = [
        TrackedView.of(read_detections(path), path.stem) for path in sorted(tmp_path.glob("*.npz"))
    ]
    moved, rate, _ = synchronised(views, Timing("take", fps=120.0))
    assert rate == 120 and [view.detections.fps for view in moved] == [120, 120]


def test_a_file_without_times_begins_with_the_earliest(tmp_path):
    write_npz(tmp_path / "c1.npz", marked(30, 60))
    write_npz(tmp_path / "c2.npz", marked(30, 60), times=7 + np.arange(30) / 60)
    assert len(read_capture(tmp_path).takes[0]) == 30


def test_one_frame_with_its_time(tmp_path):
    for camera in ("c1", "c2"):
        write_npz(tmp_path / f"{camera}.npz", marked(1, 60), fps=None, times=np.array([5.0]))
    assert len(read_capture(tmp_path).takes[0]) == 1
