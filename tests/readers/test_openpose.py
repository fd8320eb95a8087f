import json

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.readers import read_keypoints
from canonpose.readers.names import frame_number
from canonpose.skeleton import layout
from synthetic_files import COCO, as_body25, body, view, write_openpose

SEEN = view(body(12, seed=0), 30)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("cam01.0007.json", 7),
        ("x_000000000012_keypoints.json", 12),
        ("42.jpg", 42),
        ("video2_003.png", 3),
        ("clip.json", None),
        ("clip.mp4", None),
    ],
)
def test_frame_number_is_the_last_in_the_name(name, number):
    assert frame_number(name) == number


@pytest.mark.parametrize("name", ["body25", "body25b"])
@pytest.mark.parametrize("yaw", [0, 45, 90])
def test_the_25_joint_layouts_are_told_apart(tmp_path, name, yaw):
    people = as_body25(view(body(12, seed=0), yaw), name)
    folder = write_openpose(tmp_path / "cam01_json", [[person] for person in people])
    keypoints = read_keypoints(folder)
    assert keypoints.skeleton == layout(name)
    wrist = keypoints.positions[:, keypoints.skeleton.index("left_wrist")]
    expected = people[:, layout(name).index("left_wrist"), :2]
    np.testing.assert_allclose(wrist, expected, rtol=1e-5)
    assert keypoints.camera == "cam01"
    assert np.isnan(keypoints.positions[:, keypoints.skeleton.index("left_heel")]).all()


def test_25_joints_that_could_be_either_ask_for_the_layout(tmp_path):
    people = np.random.default_rng(0).uniform(1, 500, (12, 25, 3)) * [1, 1, 0.001]
    folder = write_openpose(tmp_path / "cam01", [[person] for person in people])
    with pytest.raises(InputError, match=r"cam01: .* BODY_25 or BODY_25B; pass the layout"):
        read_keypoints(folder)
    assert read_keypoints(folder, layout="body25").skeleton.name == "body25"
    people[:, [5, 8, 9], 2] = 0  # of neither layout is enough detected to judge by
    folder = write_openpose(tmp_path / "cam02", [[person] for person in people])
    with pytest.raises(InputError, match=r"cam02: .* BODY_25 or BODY_25B; pass the layout"):
        read_keypoints(folder)


def test_18_joints_are_coco18(tmp_path):
    folder = write_openpose(tmp_path / "c", [[person] for person in SEEN[:, [*range(17), 0]]])
    assert read_keypoints(folder).skeleton == layout("coco18")


def test_order_is_numeric_and_gaps_are_empty_frames(tmp_path):
    folder = write_openpose(tmp_path / "c", [[person] for person in SEEN], name="v_{}_keypoints")
    (folder / "v_0_keypoints.json").unlink()
    (folder / "v_4_keypoints.json").unlink()
    (folder / "README.txt").write_text("not a frame")
    keypoints = read_keypoints(folder)
    assert len(keypoints) == 11
    assert not keypoints.seen[3].any()
    np.testing.assert_allclose(
        keypoints.positions[[2, 9, 10], 0], SEEN[[3, 10, 11], COCO.index("nose"), :2], rtol=1e-5
    )


def _folder(tmp_path):
    return write_openpose(tmp_path / "cam01", [[person] for person in SEEN])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"people": [{"pose_keyp', r"0003\.json: broken or truncated JSON \(line 1.*write"),
        ("[]", r"0003\.json: frame 3: is not an OpenPose frame"),
        (b"\xff\xfe\x80", r"0003\.json: is not a JSON file"),
        (
            json.dumps({"people": [{"pose_keypoints_2d": [1, 2]}]}),
            r"0003\.json: frame 3: .* here is 2 values",
        ),
        (
            json.dumps({"people": [{"pose_keypoints_2d": [1.0] * 54}]}),
            r"frame 3: a person has 54 values where the people before have 51",
        ),
        (
            json.dumps({"people": [{"pose_keypoints_2d": ["a"] * 51}]}),
            r"frame 3: .* not a number; write",
        ),
        (
            json.dumps({"people": [{"pose_keypoints_2d": [10**400] * 51}]}),
            r"frame 3: .* too large",
        ),
        (
            json.dumps({"people": [{"pose_keypoints_2d": [float("inf")] * 51}]}),
            r"cam01: frame 3 holds an infinite value",
        ),
    ],
)
def test_a_broken_frame_is_named(tmp_path, content, said):
    folder = _folder(tmp_path)
    broken = folder / "0003.json"
    broken.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=said) as caught:
        read_keypoints(folder)
    assert str(folder) in str(caught.value)


def test_folders_that_are_no_camera(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(
        InputError, match=r"empty: is an empty folder; pass a video, a keypoint npz"
    ):
        read_keypoints(tmp_path / "empty")
    with pytest.raises(InputError, match="holds no OpenPose frames; pass"):
        read_keypoints(tmp_path)
    with pytest.raises(InputError, match=r"gone: cannot be read \(No such file.*check the path"):
        read_keypoints(tmp_path / "gone")
    with pytest.raises(InputError, match=r"one OpenPose frame; pass the folder"):
        read_keypoints(_folder(tmp_path) / "0003.json")


def test_frame_numbers_must_tell_frames_apart(tmp_path):
    folder = _folder(tmp_path)
    (folder / "3.json").write_text('{"people": []}')
    with pytest.raises(InputError, match="has the same frame number as"):
        read_keypoints(folder)
    (folder / "3.json").rename(folder / "99999999999.json")
    with pytest.raises(InputError, match="with too many missing; number the frames"):
        read_keypoints(folder)
    (folder / "99999999999.json").rename(folder / "last.json")
    with pytest.raises(InputError, match=r"last\.json: its name holds no frame number; rename"):
        read_keypoints(folder)


def test_nobody_in_any_frame(tmp_path):
    folder = write_openpose(tmp_path / "cam01", [[], [], []])
    with pytest.raises(InputError, match=r"cam01: nobody is detected in any of its 3 frames; run"):
        read_keypoints(folder)
    folder = write_openpose(tmp_path / "cam02", [[person * [1, 1, 0]] for person in SEEN])
    with pytest.raises(InputError, match=r"cam02: no joint is detected with a confidence above 0"):
        read_keypoints(folder)


def test_closed_folder_says_so(tmp_path, monkeypatch):
    folder = _folder(tmp_path)

    def closed(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.iterdir", closed)
    with pytest.raises(InputError, match=r"cam01: cannot be read \(Permission denied\); give"):
        read_keypoints(folder)
