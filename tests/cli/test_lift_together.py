"""An overlay of a take that is lifted together: what is drawn on which picture."""

import numpy as np
import pytest

from canonpose.cli.main import main
from synthetic_files import COCO, body, view, write_npz

NOSE = COCO.index("nose")
HIPS = COCO.indices(["left_hip", "right_hip"])


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """Lifts the take in `take`, and gives a pose for each picture of the video."""
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr("canonpose.cli.lift.draw_overlay", lambda *drawing: asked.append(drawing))

    def lift(offsets=""):
        (tmp_path / "take" / "capture.toml").write_text(f"[offsets]\n{offsets}\n")
        options = ["--static-cameras", "--overlay", "over.mp4", "--video", "c01.mp4"]
        assert main(["lift", "take", "-o", "out.npz", *options]) == 0
        ((_, poses, *_),) = asked
        return poses

    return lift


def noses(poses):
    return poses.keypoints[:, poses.skeleton.index("nose")]


def test_a_take_that_begins_within_the_video(drawn, tmp_path):
    seen = view(body(20, 3), 0)
    write_npz(tmp_path / "take" / "c01.npz", seen)
    write_npz(tmp_path / "take" / "c02.npz", view(body(20, 3), 60)[8:18])
    poses = drawn("c02 = -8")
    np.testing.assert_allclose(noses(poses)[8:18], seen[8:18, NOSE, :2], rtol=1e-6)
    assert np.isfinite(poses.positions[8:18]).all()
    outside = np.r_[0:8, 18:20]
    assert len(poses) == 20 and not poses.scores[outside].any()
    assert np.isnan(poses.positions[outside]).all()


def test_a_video_of_twice_the_rate(drawn, tmp_path):
    seen = view(body(40, 3), 0)
    write_npz(tmp_path / "take" / "c01.npz", seen, fps=60.0)
    write_npz(tmp_path / "take" / "c02.npz", view(body(40, 3), 60)[::2], fps=30.0)
    poses = drawn()
    own = np.append((np.arange(39) + 1) // 2 * 2, -1)  # the last picture is behind the last moment
    assert len(poses) == 40
    np.testing.assert_allclose(noses(poses)[:-1], seen[own[:-1], NOSE, :2], rtol=1e-6)
    assert np.isnan(noses(poses)[-1]).all()


def test_the_first_camera_sees_nobody(drawn, tmp_path):
    """The poses are another camera's, and so is the video."""
    views = [view(body(20, 3), yaw) for yaw in (0, 60, 120)]
    views[0][:, HIPS, 2] = 0
    for name, seen in zip(("c01", "c02", "c03"), views, strict=True):
        write_npz(tmp_path / "take" / f"{name}.npz", seen)
    poses = drawn("c02 = 4")
    assert poses.camera == "c02"
    np.testing.assert_allclose(noses(poses)[4:], views[1][4:, NOSE, :2], rtol=1e-6)
    assert not poses.scores[:4].any()


def test_what_is_of_one_camera_is_refused(tmp_path, capsys):
    for camera, yaw in (("c01", 0), ("c02", 60)):
        write_npz(tmp_path / "take" / f"{camera}.npz", view(body(5, 3), yaw))
    out = tmp_path / "out.npz"
    assert main(["lift", str(tmp_path / "take"), "-o", str(out), "--single-frame"]) == 2
    assert "--single-frame: several cameras" in capsys.readouterr().err
    assert not out.exists()


def test_a_person_of_a_camera_that_is_not_used(tmp_path, capsys):
    for camera, yaw in (("c01", 0), ("c02", 60), ("c03", 120)):
        write_npz(tmp_path / "take" / f"{camera}.npz", view(body(5, 3), yaw))
    out = tmp_path / "out.npz"
    for wrong in (["c09=1"], ["c03=1", "--cameras", "c01,c02"]):
        assert main(["lift", str(tmp_path / "take"), "-o", str(out), "--person", *wrong]) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert f"in camera '{wrong[0][:3]}', which is not used; there are c01, c02" in said
    assert not out.exists()


def test_two_results_in_one_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for camera, yaw in (("c01", 0), ("c02", 60)):
        write_npz(tmp_path / "take" / f"{camera}.npz", view(body(5, 3), yaw))
    (tmp_path / "link.npz").symlink_to("out.npz")
    for more in (["--world", "out.npz"], ["--overlay", "link.npz"]):
        assert main(["lift", "take", "-o", "out.npz", *more]) == 2
        assert f"{more[0]} {more[1]}: is the file of --output" in capsys.readouterr().err
    assert main(["lift", "take", "-o", "a.npz", "--world", "b.mp4", "--overlay", "./b.mp4"]) == 2
    assert "--overlay b.mp4: is the file of --world" in capsys.readouterr().err
    assert {path.name for path in tmp_path.iterdir()} == {"take", "link.npz"}


def test_a_camera_that_sees_nobody_is_left_out(drawn, tmp_path, capsys):
    views = [view(body(20, 3), yaw) for yaw in (0, 60, 120)]
    views[0][..., 2] = 0
    for name, seen in zip(("c01", "c02", "c03"), views, strict=True):
        write_npz(tmp_path / "take" / f"{name}.npz", seen)
    poses = drawn("c02 = 4")
    assert poses.camera == "c02"
    said = " ".join(capsys.readouterr().out.split())
    assert "camera 'c01': nobody is seen in c01.npz, so it is left out" in said
    assert "2 cameras (c02, c03)" in said


def test_a_rig_and_a_world_are_refused_where_one_camera_is_left(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for camera, yaw in (("c01", 0), ("c02", 60)):
        write_npz(tmp_path / "take" / f"{camera}.npz", view(body(5, 3), yaw))
    (tmp_path / "solved").mkdir()
    for option in (["--rig", "solved"], ["--world", "w.npz"]):
        assert main(["lift", "take", "-o", "out.npz", "--cameras", "c01", *option]) == 2
        said = " ".join(capsys.readouterr().err.split())
        assert f"is of one camera, so {option[0]} says nothing; leave it out" in said
    assert {path.name for path in tmp_path.iterdir()} == {"take", "solved"}
