"""One camera's file lifted by ``canonpose lift``, alone or as the only one of a take."""

import numpy as np
import pytest

from canonpose.cli.main import main
from canonpose.exporters.npz import load_poses
from synthetic_files import body, view, write_npz, write_openpose


@pytest.fixture
def take(tmp_path, monkeypatch):
    """A capture of one take of two people, in files that do not tell their rate."""
    monkeypatch.chdir(tmp_path)
    for camera, yaw in (("c01", 0), ("c02", 60)):
        people = [view(body(20, seed), yaw, middle=500 + 900 * seed) for seed in (0, 1)]
        write_openpose(tmp_path / "take" / camera, list(np.stack(people, 1)))
    return tmp_path / "take"


def lifted(capsys, *arguments):
    """The poses, and what was said on the way."""
    assert main(["lift", "-o", "out.npz", "--layout", "coco17", *arguments]) == 0
    said = capsys.readouterr()
    return load_poses("out.npz"), " ".join((said.out + said.err).split())


def test_frames_of_no_known_rate(take, capsys):
    alone, said = lifted(capsys, "take/c01")
    assert "take/c01: does not tell its frame rate, so each of its 20 frames" in said
    assert said.count("--fps") == 1
    single, said = lifted(capsys, "take/c01", "--single-frame")
    assert "--fps" not in said
    np.testing.assert_array_equal(alone.positions, single.positions)


@pytest.mark.parametrize("settings", [False, True])
def test_the_rate_joins_frames_over_time(take, capsys, settings):
    alone, _ = lifted(capsys, "take/c01", "--single-frame")
    if settings:
        (take.parent / "capture.toml").write_text("fps = 60")
    joined, said = lifted(capsys, "take/c01", *([] if settings else ["--fps", "60"]))
    assert joined.fps == 60 and "--fps" not in said
    assert np.abs(joined.positions - alone.positions).max() > 1e-4


def test_the_only_camera_of_a_take_is_lifted_as_its_file(take, capsys):
    (take.parent / "capture.toml").write_text("fps = 60\n[persons]\nc01 = 2")
    file, said = lifted(capsys, "take/c01")
    assert "c01: person 2 of 2: seen in 20 of 20 frames, as asked for" in said
    of_take, said = lifted(capsys, "take", "--cameras", "c01")
    assert "c01: person 2 of 2: seen in 20 of 20 frames, as asked for" in said
    assert of_take.fps == file.fps == 60
    np.testing.assert_array_equal(of_take.positions, file.positions)


@pytest.mark.parametrize("person", ["1", "c01=1"])
def test_the_person_that_is_asked_for_comes_first(take, capsys, person):
    (take / "capture.toml").write_text("[persons]\nc01 = 2")
    _, said = lifted(capsys, "take/c01", "--person", person)
    assert "c01: person 1 of 2: seen in 20 of 20 frames, as asked for" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["take/c01", "--person", "c02=1"], "in camera 'c02', which is not used; there are c01"),
        (["take/c01", "--person", "x"], "--person x: write a number from 1"),
        (["take/c01", "--fps", "0"], "--fps 0: must be a number above 0"),
        (["take", "--fps", "inf"], "--fps inf: must be a number above 0"),
        (["take/c01", "--cameras", "c01"], "is of one camera, so --cameras says nothing"),
        (["take", "--cameras", "c01", "--rig", "rig"], "is of one camera, so --rig says nothing"),
    ],
)
def test_what_is_refused(take, capsys, options, said):
    assert main(["lift", *options, "-o", "out.npz"]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_the_rate_of_several_cameras(tmp_path, capsys):
    for camera, yaw in (("c01", 0), ("c02", 60)):
        write_npz(tmp_path / "take" / f"{camera}.npz", view(body(20, 3), yaw), fps=30.0)
    out = tmp_path / "out.npz"
    assert main(["lift", str(tmp_path / "take"), "-o", str(out), "--fps", "50"]) == 0
    assert load_poses(out).fps == 50


def test_poses_in_the_folder_of_the_take(take, capsys):
    """Neither another camera of it, nor the keypoints of one."""
    for out in ("take/c01.npz", "take/lifted.npz"):
        assert main(["lift", "take/c01", "--layout", "coco17", "-o", out]) == 0
    _, said = lifted(capsys, "take")
    assert "2 cameras (c01, c02)" in said
    assert main(["lift", "take/c01.npz", "-o", "out.npz"]) == 2
    assert "holds lifted poses of canonpose lift" in " ".join(capsys.readouterr().err.split())
