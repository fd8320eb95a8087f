import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.readers import read_capture
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
