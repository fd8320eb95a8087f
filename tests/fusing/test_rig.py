import json

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.exporters.calibrations import write_json
from canonpose.fusing import read_rig
from canonpose.geometry.cameras import Camera


def camera(name):
    return Camera(name, (64, 48), np.diag([50.0, 50.0, 1.0]), np.zeros(5), np.eye(3), np.ones(3))


def facts(*names, units="body_height"):
    one = {"cameras": {name: {"rotation": np.eye(3).tolist()} for name in names}}
    return json.dumps({"units": units, "rigs": [one]})


def test_a_solved_folder_has_its_unit(tmp_path):
    write_json([camera("a"), camera("b")], tmp_path / "cameras.json")
    (tmp_path / "solve.json").write_text(facts("a", "b"))
    rig = read_rig(tmp_path)
    assert rig.units == "body_height"
    assert list(rig.for_cameras(["B", "a"]).cameras) == ["B", "a"]


def test_a_calibration_file_is_in_metres(tmp_path):
    write_json([camera("a")], tmp_path / "cameras.json")
    assert read_rig(tmp_path / "cameras.json").units == "m"


def test_a_weak_solution_gives_rotations(tmp_path):
    (tmp_path / "solve.json").write_text(facts("a", "b"))
    rig = read_rig(tmp_path)
    assert not rig.cameras
    np.testing.assert_array_equal(rig.rotations["b"], np.eye(3))


def test_one_of_several_rigs_is_named(tmp_path):
    several = json.loads(facts("a"))
    several["rigs"] *= 2
    (tmp_path / "solve.json").write_text(json.dumps(several))
    for name in ("north", "south"):
        write_json([camera("a")], tmp_path / name / "cameras.json")
    with pytest.raises(InputError, match="north, south"):
        read_rig(tmp_path)
    assert read_rig(tmp_path / "south").units == "body_height"


@pytest.mark.parametrize("text", ["", "[]", '{"units": "m"}', '{"units": "ell", "rigs": []}'])
def test_damaged_facts(text, tmp_path):
    (tmp_path / "solve.json").write_text(text)
    with pytest.raises(InputError, match="damaged"):
        read_rig(tmp_path)


def test_any_other_folder(tmp_path):
    with pytest.raises(InputError, match=r"holds no solve\.json"):
        read_rig(tmp_path)
