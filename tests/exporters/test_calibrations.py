import json

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.exporters.calibrations import write_anipose, write_json, write_opencv
from canonpose.geometry.cameras import Camera
from canonpose.readers.calibration import read_calibration


def camera(name, seed):
    random = np.random.default_rng(seed)
    return Camera(
        name=name,
        size=(1280, 720),
        matrix=np.array([[900.0 + seed, 0, 630], [0, 905, 350], [0, 0, 1]]),
        distortion=random.normal(0, 0.01, 5),
        rotation=Rotation.random(random_state=seed).as_matrix(),
        translation=random.normal(size=3),
    )


CAMERAS = [camera("c01", 1), camera("left side", 2)]


@pytest.mark.parametrize(
    ("write", "name"), [(write_json, "cameras.json"), (write_anipose, "cameras.toml")]
)
def test_what_is_written_reads_back(write, name, tmp_path):
    write(CAMERAS, tmp_path / name)
    read = read_calibration(tmp_path / name)
    assert list(read) == ["c01", "left side"]
    for one in CAMERAS:
        other = read[one.name]
        assert other.size == one.size
        for field in ("matrix", "distortion", "rotation", "translation"):
            np.testing.assert_allclose(getattr(other, field), getattr(one, field), atol=1e-9)


def test_matrices_read_back_to_the_last_bit(tmp_path):
    write_json(iter(CAMERAS), tmp_path / "cameras.json", matrices=True)
    read = read_calibration(tmp_path / "cameras.json")
    for one in CAMERAS:
        np.testing.assert_array_equal(read[one.name].rotation, one.rotation)


@pytest.mark.parametrize("units", ["m", "body_height"])
def test_json_says_its_unit(units, tmp_path):
    write_json(CAMERAS, tmp_path / "cameras.json", units)
    assert {entry["units"] for entry in json.loads((tmp_path / "cameras.json").read_text())} == {
        units
    }


def test_opencv_reads_its_own_format(tmp_path):
    cv2 = pytest.importorskip("cv2")
    one = CAMERAS[0]
    write_opencv(one, tmp_path / "c01.yaml")
    file = cv2.FileStorage(str(tmp_path / "c01.yaml"), cv2.FILE_STORAGE_READ)
    matrix, bend, rvec, tvec = (
        file.getNode(name).mat()
        for name in ("camera_matrix", "distortion_coefficients", "rvec", "tvec")
    )
    points = np.random.default_rng(0).normal(size=(9, 3)) * 0.3
    points[:, 2] += 4
    points = (points - one.translation) @ one.rotation
    pixels, _ = cv2.projectPoints(points, rvec, tvec, matrix, bend)
    np.testing.assert_allclose(pixels[:, 0], one.project(points), atol=1e-6)
    assert file.getNode("image_width").real() == 1280


def test_a_damaged_toml_is_refused(tmp_path):
    (tmp_path / "cameras.toml").write_text("[cam_00\nname = 3")
    with pytest.raises(InputError, match="TOML"):
        read_calibration(tmp_path / "cameras.toml")
    (tmp_path / "cameras.toml").write_text("[metadata]\nadjusted = true\n")
    with pytest.raises(InputError, match="no camera"):
        read_calibration(tmp_path / "cameras.toml")
