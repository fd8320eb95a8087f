import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.readers.calibration import choose, read_calibration, read_calibration_and_units


def json_camera(**changes):
    entry = {
        "name": "c01",
        "size": [640, 480],
        "matrix": [[500, 0, 320], [0, 510, 240], [0, 0, 1]],
        "distortions": [-0.1, 0.01, 0.001, 0.002],
        "rotation": [0.1, -0.4, 0.3],
        "translation": [10, 20, 300],
    }
    entry.update(changes)
    return {name: value for name, value in entry.items() if value is not None}


def qualisys(turn=None, centre=(1000, 2000, 3000), serial="cam_01", entry=""):
    turn = np.eye(3) if turn is None else turn
    axes = " ".join(f'r{i + 1}{j + 1}="{turn[i, j]}"' for i in range(3) for j in range(3))
    x, y, z = centre
    return f"""<?xml version='1.0'?><calibration><cameras><camera serial="{serial}">
<fov_video left="10" top="20" right="649" bottom="499"/>
<transform x="{x}" y="{y}" z="{z}" {axes}/>
<intrinsic focalLengthU="32000" focalLengthV="32640" centerPointU="21120" centerPointV="16640"
 skew="0" radialDistortion1="-0.05" radialDistortion2="0.1" tangentalDistortion1="0.01"
 tangentalDistortion2="0.02" {entry}/></camera></cameras></calibration>"""


@pytest.fixture
def write(tmp_path):
    def write(content, name="cameras.json"):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_json_list(write):
    square = Rotation.from_rotvec([0.1, -0.4, 0.3]).as_matrix()
    path = write([json_camera(), json_camera(name="c02", rotation=square.tolist())])
    cameras = read_calibration(path, units="cm")
    assert list(cameras) == ["c01", "c02"]
    one = cameras["c01"]
    assert one.size == (640, 480)
    np.testing.assert_allclose(one.translation, [0.1, 0.2, 3])
    np.testing.assert_allclose(one.distortion, [-0.1, 0.01, 0.001, 0.002, 0])
    for camera in cameras.values():
        np.testing.assert_allclose(camera.rotation, square, atol=1e-12)


def test_declared_units_win_and_distortion_is_optional(write):
    camera = read_calibration(write([json_camera(units="mm", distortions=None)]))["c01"]
    np.testing.assert_allclose(camera.translation, [0.01, 0.02, 0.3])
    assert not camera.distortion.any()


TOML_CAMERA = """[cam_00]
name = "c01"
size = [640, 480]
matrix = [[500.0, 0.0, 320.0], [0.0, 510.0, 240.0], [0.0, 0.0, 1.0]]
distortions = [0.3, 0.2, 0.1, 0.05]
rotation = [0.1, -0.4, 0.3]
translation = [10.0, 20.0, 300.0]
"""


@pytest.mark.parametrize(
    ("units", "world", "third"),
    [("m", "m", 300), ("cm", "m", 3), ("mm", "m", 0.3), ("body_height", "body_height", 300)],
)
def test_a_toml_may_say_its_unit_for_all_cameras(write, units, world, third):
    path = write(f'{TOML_CAMERA}[metadata]\nadjusted = true\nunits = "{units}"\n', "a.toml")
    calibration = read_calibration_and_units(path)
    assert (calibration.units, calibration.says_units) == (world, True)
    assert calibration.cameras["c01"].translation[2] == pytest.approx(third)
    own = TOML_CAMERA + 'units = "mm"\n[metadata]\nunits = "m"\n'
    assert read_calibration(write(own, "b.toml"))["c01"].translation[2] == pytest.approx(0.3)


@pytest.mark.parametrize(
    "notes", ["", "[metadata]\nadjusted = false\nerror = 0.0\n", "metadata = 3\n"]
)
def test_a_toml_of_other_tools_says_no_unit(write, notes):
    text = notes + TOML_CAMERA if "=" in notes[:10] else TOML_CAMERA + notes
    calibration = read_calibration_and_units(write(text, "a.toml"), units="cm")
    assert (calibration.units, calibration.says_units) == ("m", False)
    assert calibration.cameras["c01"].translation[2] == pytest.approx(3)


def test_which_json_says_its_unit(write):
    said = [json_camera(units="cm"), json_camera(name="c02", units="mm")]
    assert read_calibration_and_units(write(said)).says_units
    assert not read_calibration_and_units(write([*said, json_camera(name="c03")])).says_units
    assert read_calibration_and_units(write(qualisys(), "room.qca.txt")).says_units


def test_qualisys_camera_looks_along_its_minus_z(write):
    camera = read_calibration(write(qualisys(), "room.qca.txt"))["cam_01"]
    assert camera.size == (640, 480)
    np.testing.assert_allclose(camera.matrix, [[500, 0, 320], [0, 510, 240], [0, 0, 1]])
    np.testing.assert_allclose(camera.distortion, [-0.05, 0.1, 0.01, 0.02, 0])
    np.testing.assert_allclose(camera.centre, [1, 2, 3])
    np.testing.assert_allclose(camera.to_camera(np.array([1.2, 2.5, 2])), [0.2, -0.5, 1])


def test_qualisys_rows_are_the_camera_axes_in_the_world(write):
    turn = Rotation.from_rotvec([0.5, 0.7, -0.2]).as_matrix()
    camera = read_calibration(write(qualisys(turn), "room.qca.txt"))["cam_01"]
    in_front = camera.centre - turn[2]  # one metre along the camera's own -z
    np.testing.assert_allclose(camera.to_camera(in_front), [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(camera.project(in_front), [320, 240])


def test_names_match_regardless_of_case_and_dashes():
    table = {"cam_01": 1, "Cam-2": 2}
    assert choose(table, "cam01", "f") == 1
    assert choose(table, "CAM_2", "f") == 2
    with pytest.raises(InputError, match="no camera 'cam3'; it has cam_01, Cam-2"):
        choose(table, "cam3", "f")
    with pytest.raises(InputError, match="several"):
        choose({"a_1": 1, "a-1": 2}, "A1", "f")
    assert choose({"a_1": 1, "a-1": 2}, "a-1", "f") == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[{", "complete JSON"),
        ("{}", "list of cameras"),
        ("[]", "no camera"),
        ([json_camera(), json_camera()], "twice"),
        ([json_camera(name=None)], "no name"),
        ([json_camera(matrix=None)], "'c01': has no 'matrix'"),
        ([json_camera(matrix=[[1, 2]])], "3x3"),
        ([json_camera(translation=["a", 0, 0])], "numbers"),
        ([json_camera(translation=[float("nan"), 0, 0])], "finite"),
        ([json_camera(rotation=(2 * np.eye(3)).tolist())], "rotation"),
        ([json_camera(units="feet")], "feet"),
        ([json_camera(units=["m"])], "unknown; use m, cm or mm"),
        (
            [json_camera(units="body_height"), json_camera(name="c02")],
            r"units do not go together \(body_height, m\)",
        ),
        ([json_camera(fisheye=True)], "'c01': its lens is a fisheye .* leave the camera out"),
        (qualisys()[:300], "complete XML"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "entities"),
        ("<a/>", "no camera"),
        (qualisys().replace("transform", "t"), "'cam_01': has no <transform>"),
        (qualisys().replace("focalLengthU", "f"), "focalLengthU"),
        (qualisys(2 * np.eye(3)), "rotation"),
        (qualisys(centre=("inf", 0, 0)), "finite"),
    ],
)
def test_bad_files_are_named_with_their_camera(write, content, message):
    path = write(content)
    with pytest.raises(InputError, match=message) as caught:
        read_calibration(path)
    assert str(path) in str(caught.value)


def test_missing_and_binary_files(tmp_path):
    with pytest.raises(InputError, match="check the path"):
        read_calibration(tmp_path / "none.json")
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00\xd8")
    with pytest.raises(InputError, match="not text"):
        read_calibration(tmp_path / "b.json")


def test_a_toml_camera_may_say_whether_its_lens_is_a_fisheye(write):
    entry = """[cam_00]
name = "c01"
size = [640, 480]
matrix = [[500.0, 0.0, 320.0], [0.0, 510.0, 240.0], [0.0, 0.0, 1.0]]
distortions = [0.3, 0.2, 0.1, 0.05]
rotation = [0.1, -0.4, 0.3]
translation = [0.1, 0.2, 3.0]
"""
    assert list(read_calibration(write(f"{entry}fisheye = false\n", "plain.toml"))) == ["c01"]
    path = write(f"{entry}fisheye = true\n", "wide.toml")
    with pytest.raises(InputError, match=r"'c01': its lens is a fisheye .* undistort") as caught:
        read_calibration(path)
    assert str(path) in str(caught.value)
