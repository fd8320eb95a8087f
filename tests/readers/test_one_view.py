"""A camera's file by itself, as the capture.toml beside or above it says."""

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.readers.one_view import only_view, view_of_file
from synthetic_files import as_body25, body, view, write_npz, write_openpose, write_take

SETTINGS = """
fps = 50
layout = "body25b"
leave_out = ["c02"]
leave_out_joints = ["left_eye"]
[persons]
c01 = 2
[takes.t1.persons]
c01 = 1
"""


@pytest.fixture
def capture(tmp_path):
    """A take of two people, with files that do not tell their layout nor their rate."""
    for camera, yaw in (("c01", 0), ("c02", 60)):
        people = [view(body(12, seed), yaw, middle=500 + 900 * seed) for seed in (0, 1)]
        seen = as_body25(np.stack(people, 1), "body25b")
        write_openpose(tmp_path / "t1" / camera, list(seen))
    (tmp_path / "capture.toml").write_text(SETTINGS)
    return tmp_path


def test_settings_above_the_take(capture):
    seen = view_of_file(capture / "t1" / "c01").read()
    assert (seen.fps, seen.times, seen.skeleton.name) == (50, None, "body25b")
    assert "left_eye" not in seen.skeleton and "right_eye" in seen.skeleton
    assert seen.camera == "c01" and seen.person.startswith(
        "person 1 of 2: seen in 12 of 12 frames, as asked for"
    )
    middle = np.nanmedian(seen.positions[..., 0])
    assert 300 < middle < 700


def test_settings_in_the_folder_of_the_take_come_before(capture):
    (capture / "t1" / "capture.toml").write_text(SETTINGS.split("[takes")[0])
    seen = view_of_file(capture / "t1" / "c01").read()
    assert seen.person.startswith("person 2 of 2: seen in 12 of 12 frames, as asked for")


def test_a_camera_that_is_left_out_can_be_named(capture):
    assert view_of_file(capture / "t1" / "c02").read().fps == 50


def test_arguments_come_first(capture):
    named = view_of_file(capture / "t1" / "c01", layout="body25", fps=20.0)
    assert (named.fps, named.layout.name) == (20, "body25")


def test_a_file_without_settings_is_as_it_says(tmp_path):
    times = np.arange(12) / 30
    path = write_npz(tmp_path / "take" / "c01.npz", view(body(12, 0), 0), fps=None, times=times)
    seen = view_of_file(path).read()
    assert seen.fps == pytest.approx(30)
    np.testing.assert_allclose(seen.times, times)


def test_times_are_not_those_of_another_rate(tmp_path):
    times = np.arange(12) / 30
    path = write_npz(tmp_path / "c01.npz", view(body(12, 0), 0), times=times)
    seen = view_of_file(path, fps=10.0).read()
    assert (seen.fps, seen.times) == (10, None)


def test_the_only_one_of_a_take(capture):
    assert only_view([capture / "t1"]).camera == "c01"
    assert only_view([capture / "t1"], cameras=["c02"]).camera == "c02"
    assert only_view([capture / "t1"], cameras=["c01", "c02"]) is None
    (capture / "capture.toml").unlink()
    assert only_view([capture / "t1"]) is None
    with pytest.raises(InputError, match="there is no camera 'c03'; there are c01, c02"):
        only_view([capture / "t1"], cameras=["c03"])


def test_what_is_wrong_in_the_settings_is_said(tmp_path):
    path = write_take(tmp_path / "take") / "c01.npz"
    (tmp_path / "capture.toml").write_text("leave_out_joints = ['tail']")
    with pytest.raises(InputError, match=r"c01\.npz: leave_out_joints in capture\.toml: .*'tail'"):
        view_of_file(path).read()


def test_all_that_changes_what_is_read_is_among_the_settings(capture):
    file = capture / "t1" / "c01"
    changed = [view_of_file(file).settings]
    for old, new in (
        ("fps = 50", "fps = 51"),
        ("body25b", "body25"),
        ("left_eye", "right_eye"),
        ("c01 = 1", "c01 = 2"),
    ):
        (capture / "capture.toml").write_text(SETTINGS.replace(old, new))
        changed.append(view_of_file(file).settings)
    assert all(one != other for k, one in enumerate(changed) for other in changed[:k])
