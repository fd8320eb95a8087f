import json
import shutil

import numpy as np
import pytest

from canonpose.errors import InputError, NobodySeen
from canonpose.readers import read_capture
from canonpose.readers.one_take import read_take
from synthetic_files import body, view, write_alphapose, write_npz, write_openpose, write_take


@pytest.fixture
def capture(tmp_path):
    """Two takes of cameras c1, c2 and c10."""
    for take in ("t1", "t2"):
        write_take(tmp_path / "gym" / take, ("c1", "c2", "c10"))
    return tmp_path / "gym"


def settings(capture, text):
    (capture / "capture.toml").write_text(text)
    return capture


def test_takes_and_cameras_are_found_by_name(capture):
    (capture / "README.md").write_text("x")
    (capture / ".hidden").mkdir()
    (capture / "t1" / "c1.mp4").write_text("video")
    (capture / "t1" / ".c3.npz").write_text("hidden")
    (capture / "videos").mkdir()
    (capture / "cameras.json").write_text("{}")
    (capture / "t2" / "c10.npz").unlink()
    read = read_capture(str(capture))
    assert read.cameras == ("c1", "c2", "c10")
    assert [take.name for take in read.takes] == ["t1", "t2"]
    assert [take.rig for take in read.takes] == ["gym/t1", "gym/t2"]
    assert list(read.takes[0].views) == ["c1", "c2", "c10"]
    assert list(read.takes[1].views) == ["c1", "c2"]
    assert read.takes[0].views["c1"].camera == "c1"
    assert read.takes[0].views["c1"].fps == 60
    assert len(read) == 60
    assert (read.static_cameras, read.notes) == (None, ())
    assert read.sources == (str(capture),)


def test_a_folder_of_cameras_is_a_capture_of_one_take(tmp_path):
    people = [[person] for person in view(body(30, 0), 0)]
    write_openpose(tmp_path / "take" / "cam01_json", people)
    write_alphapose(tmp_path / "take" / "cam02_keypoints.json", people)
    write_npz(tmp_path / "take" / "cam03.npz", view(body(30, 0), 60))
    read = read_capture(tmp_path / "take", layout="coco17")
    assert read.cameras == ("cam01", "cam02", "cam03")
    assert [take.name for take in read.takes] == ["take"]


def test_several_captures_share_camera_names_but_not_rigs(tmp_path):
    first = write_take(tmp_path / "a" / "gym", ("c1", "c2"))
    second = write_take(tmp_path / "b" / "gym", ("c2", "c3"))
    read = read_capture([first, second])
    assert read.cameras == ("c1", "c2", "c3")
    assert [take.name for take in read.takes] == ["gym/gym", "gym-2/gym"]
    assert len({take.rig for take in read.takes}) == 2


def test_cameras_chosen_left_out_and_unknown(capture):
    assert read_capture(capture, cameras=["c10", "c1"]).cameras == ("c10", "c1")
    settings(capture, "leave_out = ['c2']\nstatic_cameras = true")
    read = read_capture(capture)
    assert read.cameras == ("c1", "c10")
    assert read.static_cameras is True
    assert read_capture(capture, static_cameras=False).static_cameras is False
    assert read_capture(capture, cameras=["c2", "c1"]).cameras == ("c2", "c1")
    with pytest.raises(InputError, match="gym: there is no camera 'c7'; there are c1, c2, c10"):
        read_capture(capture, cameras=["c1", "c7"])


def test_cameras_left_out_of_one_take(capture):
    settings(capture, "[takes.t2]\nleave_out = ['c2']\n[takes.t2.offsets]\nc10 = 1")
    (capture / "t2" / "c2.npz").write_text("broken")
    read = read_capture(capture)
    assert read.cameras == ("c1", "c2", "c10")
    assert [tuple(take.views) for take in read.takes] == [("c1", "c2", "c10"), ("c1", "c10")]
    assert len(read.takes[1]) == 29
    settings(capture, "".join(f"[takes.{take}]\nleave_out = ['c2']\n" for take in ("t1", "t2")))
    assert read_capture(capture).cameras == ("c1", "c10")
    assert list(read_take([capture / "t2"]).views) == ["c1", "c10"]
    settings(capture, "[takes.t2]\nleave_out = ['c2', 'c1']")
    with pytest.raises(InputError, match=r"take 't2' has only camera 'c10' of those used"):
        read_capture(capture)


def nobody(path):
    return write_npz(path, view(body(30, 0), 0, score=0))


def test_a_camera_that_sees_nobody_in_one_take(capture):
    nobody(capture / "t2" / "c2.npz")
    read = read_capture(settings(capture, "[offsets]\nc2 = 4\n[persons]\nc2 = 1"))
    assert read.cameras == ("c1", "c2", "c10")
    assert [tuple(take.views) for take in read.takes] == [("c1", "c2", "c10"), ("c1", "c10")]
    assert "take 't2', camera 'c2': nobody is seen in c2.npz, so it is left out" in read.notes
    assert [len(take) for take in read.takes] == [26, 30]


@pytest.mark.parametrize("empty", ["openpose", "alphapose", "coco"])
def test_nobody_seen_in_other_formats(capture, empty):
    (capture / "t2" / "c2.npz").unlink()
    if empty == "openpose":
        write_openpose(capture / "t2" / "c2", [[]] * 30)
    elif empty == "alphapose":
        write_alphapose(capture / "t2" / "c2.json", [[]] * 30)
    else:
        table = {"images": [{"id": 0, "file_name": "0.jpg"}], "annotations": [], "categories": []}
        (capture / "t2" / "c2.json").write_text(json.dumps(table))
    assert list(read_capture(capture).takes[1].views) == ["c1", "c10"]


def test_a_camera_that_sees_nobody_at_all(capture):
    for take in ("t1", "t2"):
        nobody(capture / take / "c2.npz")
    assert read_capture(capture).cameras == ("c1", "c10")


def test_one_camera_alone_sees_somebody(capture):
    for camera in ("c2", "c10"):
        nobody(capture / "t2" / f"{camera}.npz")
    with pytest.raises(NobodySeen, match=r"t2.c2\.npz: no joint is detected .* leave this camera"):
        read_capture(capture)


def test_moving_cameras_cannot_be_called_static(capture):
    settings(capture, "static_cameras = false")
    assert read_capture(capture).static_cameras is False
    with pytest.raises(
        InputError, match=r"capture\.toml: says that the cameras move, so camera-con"
    ):
        read_capture(capture, static_cameras=True)


def test_subjects_join_takes_to_rigs(capture):
    write_take(capture / "t3")
    settings(capture, "[subjects]\nt1 = 'anna'\nt3 = 'anna'")
    read = read_capture(capture)
    assert [take.rig for take in read.takes] == ["gym/anna", "gym/t2", "gym/anna"]
    assert [take.subject for take in read.takes] == ["anna", "", "anna"]


def marked(frames, first=0):
    """A view whose nose tells the moment: x = 1000 + moment."""
    seen = view(body(frames, 0), 0)
    seen[:, 0, 0] = 1000 + first + np.arange(frames)
    return seen


def test_offsets_say_which_frames_show_the_same(tmp_path):
    for take, shift in (("t1", 4), ("t2", -3)):
        write_npz(tmp_path / take / "c1.npz", marked(30))
        write_npz(tmp_path / take / "c2.npz", marked(30, first=-shift))
    settings(tmp_path, "[offsets]\nc2 = 4\n[takes.t2.offsets]\nc2 = -3")
    expected = ((26, 1000), (27, 1003))
    for take, (frames, first) in zip(read_capture(tmp_path).takes, expected, strict=True):
        assert len(take) == frames
        moments = [view.positions[:, 0, 0] for view in take.views.values()]
        np.testing.assert_array_equal(*moments)
        assert moments[0][0] == first


def test_offsets_that_leave_nothing(capture):
    settings(capture, "[offsets]\nc2 = 30")
    with pytest.raises(InputError, match=r"take 't1': no common frames .* c2 = 30; correct"):
        read_capture(capture)


def test_different_lengths_need_a_word(capture):
    write_npz(capture / "t2" / "c2.npz", view(body(25, 0), 40))
    said = r"gym: take 't2': camera 'c2' has 25 frames, camera 'c1' has 30; .*trim = true"
    with pytest.raises(InputError, match=said):
        read_capture(capture)
    read = read_capture(settings(capture, "trim = true"))
    assert [len(take) for take in read.takes] == [30, 25]
    assert "take 't2', camera 'c1': frames 0 to 24 of 30 are used" in read.notes


def test_files_that_leave_out_empty_frames_are_filled_up_to_the_longest(tmp_path):
    people = [[person] for person in view(body(30, 0), 0)]
    write_alphapose(tmp_path / "t" / "c1.json", people)
    write_alphapose(tmp_path / "t" / "c2.json", people[:22])
    read = read_capture(tmp_path / "t")
    assert len(read) == 30
    assert not read.takes[0].views["c2"].seen[22:].any()
    assert np.isnan(read.takes[0].views["c2"].positions[22:]).all()
    assert read.notes == (
        "take 't', camera 'c2': ends 8 frames before the others, and sees nobody from there on",
    )


def test_different_fps(capture):
    write_npz(capture / "t2" / "c2.npz", view(body(30, 0), 40), fps=30.0)
    with pytest.raises(InputError, match=r"take 't2': camera 'c1' films for 0\.48 s, camera 'c2'"):
        read_capture(capture)
    read = read_capture(settings(capture, "fps = 50"))
    assert {view.fps for take in read.takes for view in take.views.values()} == {50.0}


def test_joints_that_no_camera_ever_detects(tmp_path):
    for place, camera in enumerate(("c1", "c2")):
        seen = view(body(30, 0), 40 * place)
        seen[:, 3, 2] = 0
        seen[:, 4, 2] = place
        write_npz(tmp_path / "take" / f"{camera}.npz", seen)
    said = r"take: joint left_ear is never detected by any camera; name it in leave_out_joints"
    with pytest.raises(InputError, match=said):
        read_capture(tmp_path / "take")
    read = read_capture(settings(tmp_path / "take", "leave_out_joints = ['left_ear']"))
    assert "left_ear" not in read.skeleton
    assert "right_ear" in read.skeleton
    assert read.takes[0].views["c1"].positions.shape == (30, len(read.skeleton), 2)


def test_two_takes_or_cameras_with_different_skeletons(capture):
    seen = view(body(30, 0), 40)[:, [*range(17), *range(9)]]
    write_alphapose(capture / "t2" / "c3.json", [[person] for person in seen])
    said = r"c3\.json: has the skeleton 'halpe26', but .*c1\.npz has 'coco17' .*one layout"
    with pytest.raises(InputError, match=said):
        read_capture(capture)
    shutil.rmtree(capture / "t2")
    write_alphapose(capture / "t2" / "c2.json", [[person] for person in seen])
    write_alphapose(capture / "t2" / "c3.json", [[person] for person in seen])
    with pytest.raises(InputError, match=r"t2.c2\.json: has the skeleton 'halpe26', but"):
        read_capture(capture)


def test_one_camera_only(tmp_path, capture):
    write_take(tmp_path / "solo", ("c1",))
    with pytest.raises(InputError, match=r"solo: only camera 'c1' .* two or more .* add one"):
        read_capture(tmp_path / "solo")
    with pytest.raises(InputError, match="only camera 'c2' of c1, c2, c10 is used"):
        read_capture(capture, cameras=["c2"])
    write_take(capture / "t3", ("c1",))
    with pytest.raises(InputError, match=r"gym: take 't3' has only camera 'c1'.*needs two or more"):
        read_capture(capture)


def test_folders_that_are_no_capture(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="empty: is an empty folder; put"):
        read_capture(tmp_path / "empty")
    with pytest.raises(InputError, match=r"gone: cannot be read .*; check the path"):
        read_capture(tmp_path / "gone")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "a.txt").write_text("x")
    with pytest.raises(InputError, match=r"notes: holds neither cameras .* only a\.txt; check"):
        read_capture(tmp_path / "notes")
    path = write_npz(tmp_path / "c1.npz", view(body(5, 0), 0))
    with pytest.raises(InputError, match=r"c1\.npz: is one file, but a capture is a folder"):
        read_capture(path)
    frames = write_openpose(tmp_path / "cam", [[person] for person in view(body(5, 0), 0)])
    with pytest.raises(InputError, match="cam: holds the OpenPose frames of one camera; pass"):
        read_capture(frames)
    with pytest.raises(InputError, match="no capture is given"):
        read_capture([])


def test_a_camera_twice(capture):
    (capture / "t1" / "c1.json").write_text(json.dumps([]))
    with pytest.raises(InputError, match=r"second file of camera 'c1' beside c1\.json; keep one"):
        read_capture(capture)


def test_a_broken_file_is_named(capture):
    path = capture / "t2" / "c2.npz"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(InputError, match=r"t2.c2\.npz: is truncated or damaged; copy"):
        read_capture(capture)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("static = true", "unknown entry 'static'; entries are static_cameras, leave_out"),
        ("static_cameras = 1", "'static_cameras' must be true or false"),
        ("leave_out = 'c1'", "'leave_out' must be a list of names"),
        ("leave_out = ['c7']", "leave_out names camera 'c7', which the .*; it has c1, c2, c10"),
        ("fps = 0", "'fps' must be a number above 0"),
        ("trim = 'yes'", "'trim' must be true or false"),
        ("layout = 'coco71'", "unknown layout 'coco71'"),
        ("layout = 'own.toml'", r"gym.own\.toml: cannot be read"),
        ("leave_out_joints = ['tail']", "has no joint 'tail'"),
        ("[subjects]\nt9 = 'a'", "subjects names take 't9', which the .*; it has t1, t2"),
        ("[subjects]\nt1 = 3", "'subjects' must be a table of strings"),
        ("[offsets]\nc1 = '1'", "'offsets' must be a table of numbers"),
        ("[drifts]\nc1 = true", "'drifts' must be a table of numbers"),
        ("[offsets]\nc7 = 1", "offsets names camera 'c7'"),
        ("[persons]\nc1 = true", "'persons' must be a table of whole numbers"),
        ("[takes]\nt1 = 3", r"'takes\.t1' must be a table"),
        (
            "[takes.t1]\nfps = 3",
            r"unknown entry 'takes\.t1\.fps'; entries are offsets, drifts",
        ),
        ("[takes.t1]\nleave_out = 'c1'", r"'takes\.t1\.leave_out' must be a list of names"),
        ("[takes.t1]\nleave_out = ['c7']", r"takes\.t1\.leave_out names camera 'c7'"),
        ("[takes.t9.offsets]\nc1 = 3", "takes names take 't9'"),
        ("[takes.t1.offsets]\nc7 = 3", r"takes\.t1\.offsets names camera 'c7'"),
        ("trim = ", "is not a TOML file .* correct it there"),
    ],
)
def test_capture_toml_is_checked(capture, text, said):
    with pytest.raises(InputError, match=said) as caught:
        read_capture(settings(capture, text))
    assert str(capture) in str(caught.value)


def test_layout_of_capture_toml_is_relative_to_it(capture):
    names = [f'"{n}"' for n in ("hip", "head")]
    (capture / "own.toml").write_text(f'name="own"\nroot="hip"\njoints=[{",".join(names)}]')
    for path in capture.glob("*/*.npz"):
        seen = view(body(30, 0), 40)[:, :2]
        write_npz(path, seen, joint_names=np.array(["head", "hip"]))
    read = read_capture(settings(capture, "layout = 'own.toml'"))
    assert read.skeleton.joints == ("hip", "head")
