"""Takes whose files time their frames otherwise than the take is read."""

import numpy as np
import pytest

from canonpose.readers import read_capture
from canonpose.readers.capture import take_plans
from canonpose.synchronisation.settings_file import write_clocks
from canonpose.synchronisation.take import AUDIO_RATE, synchronise_take
from synthetic_files import body, view, write_npz

FRAMES = 300


def filmed(folder, *, shift=0, starts=(0.0, 0.0), settings=""):
    """Two files of 30 fps with times; the second camera began so many frames before the first."""
    points = body(FRAMES + shift, 3)
    for place, first in enumerate((shift, 0)):
        seen = view(points[first : first + FRAMES], 40 * place)
        times = starts[place] + np.arange(FRAMES) / 30
        write_npz(folder / f"c{place}.npz", seen, fps=30.0, times=times)
    (folder / "capture.toml").write_text(settings)
    return folder


def claps(start):
    """What a camera hears that begins so many seconds later; ten seconds."""
    random = np.random.default_rng(0)
    sound = 0.005 * random.standard_normal(12 * AUDIO_RATE)
    for second in np.cumsum(random.uniform(0.2, 0.7, 20)):
        first = round(second * AUDIO_RATE)
        sound[first : first + 800] += random.standard_normal(800) * np.exp(-np.arange(800) / 100)
    first = round(start * AUDIO_RATE)
    return sound[first : first + 10 * AUDIO_RATE].astype(np.float32), 0.0


def synchronised(folder, listen=lambda path, rate: None):
    (plan,) = take_plans(folder)
    return synchronise_take(plan, listen=listen)


@pytest.mark.parametrize("fps", [30, 60])
def test_offsets_are_frames_whatever_rate_capture_toml_sets(tmp_path, fps):
    take = synchronised(filmed(tmp_path, shift=12, settings=f"fps = {fps}\n"))
    assert take.clocks[1].offset == 12
    assert take.clocks[1].seconds == pytest.approx(12 / fps, abs=0.01)


def test_sound_is_brought_to_the_rate_that_capture_toml_sets(tmp_path):
    folder = filmed(tmp_path, shift=12, settings="fps = 60\n")
    heard = {"c0.npz": claps(12 / 30), "c1.npz": claps(0)}
    take = synchronised(folder, lambda path, rate: heard[path.name])
    assert (take.clocks[1].offset, take.clocks[1].source) == (12, "motion and sound")
    assert take.notes == ()


def test_sounds_of_two_paces_are_not_compared(tmp_path):
    folder = filmed(tmp_path, shift=12, settings="fps = 60\n")
    with np.load(folder / "c1.npz") as entries:
        np.savez(folder / "c1.npz", **{**entries, "fps": 60.0})
    take = synchronised(folder, lambda path, rate: claps(0))
    assert (take.clocks[1].source, take.notes) == ("motion", ())


def test_what_motion_says_is_read_in_place_of_what_times_say(tmp_path):
    folder = filmed(tmp_path, starts=(1.7e9, 1.7e9 + 1))
    assert len(read_capture(folder).takes[0]) == FRAMES - 30
    take = synchronised(folder)
    assert take.clocks[1].offset == 0 and not take.problem
    write_clocks(folder, [take], 1)
    assert len(read_capture(folder).takes[0]) == FRAMES


def test_rates_that_nearly_agree_are_read_on_the_clock_on_which_offsets_are_found(tmp_path):
    """100 s of files without times, by whose 30 and 29.97 fps the last frames are 0.1 s apart."""
    points = body(3000, 3)
    place = np.arange(2996) * 30 / 29.97  # frame of the first camera, between which it is linear
    between, whole = place[:, None, None] % 1, place.astype(int)
    slower = (1 - between) * points[whole] + between * points[whole + 1]
    for camera, (seen, fps) in enumerate(((points, 30.0), (slower, 29.97))):
        write_npz(tmp_path / f"c{camera}.npz", view(seen, 40 * camera), fps=fps)
    take = synchronised(tmp_path)
    assert (take.clocks[1].offset, take.clocks[1].drift, take.problem) == (0, 0, "")
    write_clocks(tmp_path, [take], 1)
    first, second = (
        seen.positions[..., 1] for seen in read_capture(tmp_path).takes[0].views.values()
    )
    assert np.abs(first - second)[-300:].max() < 2  # pixels of one height, as both are level


def test_a_camera_that_sees_nobody_is_not_synchronised(tmp_path):
    folder = filmed(tmp_path, shift=12)
    write_npz(folder / "a0.npz", view(np.zeros((FRAMES, 17, 3)), 0, score=0))
    heard = {"c0.npz": claps(12 / 30), "c1.npz": claps(0)}  # nobody listens to the third
    take = synchronised(folder, lambda path, rate: heard[path.name])
    assert [(clock.camera, clock.offset) for clock in take.clocks] == [("c0", 0), ("c1", 12)]
    assert take.notes == (
        f"take {tmp_path.name!r}, camera 'a0': nobody is seen in a0.npz, so it is left out",
    )


@pytest.mark.parametrize(("shift", "error", "written"), [(1, 0.02, 0), (1, 0.01, 1), (4, 0.2, 4)])
def test_an_offset_not_known_from_0_is_written_as_0(tmp_path, monkeypatch, shift, error, written):
    """Frames of 1/60 s; what is less sure than 0.05 s is not taken for 0."""
    monkeypatch.setattr(
        "canonpose.shifts.estimate.standard_errors", lambda _, cameras: np.full(cameras, error)
    )
    take = synchronised(filmed(tmp_path, shift=shift, settings="fps = 60\n"))
    assert take.clocks[1].offset == written
    assert take.clocks[1].seconds == pytest.approx(shift / 60, abs=0.004)
