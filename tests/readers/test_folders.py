import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.exporters.calibrations import write_json
from canonpose.readers import read_capture
from canonpose.readers.folders import find_cameras, find_takes
from canonpose.readers.reference import Reference, write_reference
from canonpose.virtual.cameras import pinhole
from synthetic_files import body, view, write_alphapose, write_npz

SUBJECT = body(30, seed=0)


@pytest.fixture
def take(tmp_path):
    for place, yaw in enumerate((0, 60)):
        write_npz(tmp_path / "take" / f"c{place}.npz", view(SUBJECT, yaw))
    return tmp_path / "take"


@pytest.mark.parametrize("matrices", [True, False])
@pytest.mark.parametrize("name", ["rig.json", "c2.json"])
def test_a_calibration_in_a_take_is_no_camera_whatever_its_name(take, name, matrices):
    eye, target = np.array([0.0, 1.0, 4.0]), np.array([0.0, 1.0, 0.0])
    cameras = [pinhole(f"c{place}", (640, 480), 700.0, eye, target) for place in (0, 1)]
    write_json(cameras, take / name, matrices=matrices)
    assert list(find_cameras(take)) == ["c0", "c1"]
    assert read_capture(take).cameras == ("c0", "c1")


def test_a_world_in_a_take_is_no_camera(take):
    world = Reference(np.zeros((30, 2, 3)), np.ones((30, 2), dtype=bool), ("head", "pelvis"))
    write_reference(world, take / "world.npz")
    assert read_capture(take).cameras == ("c0", "c1")


def test_what_solve_says_of_a_capture_is_no_take_of_it(take):
    (take.parent / "solved").mkdir()
    (take.parent / "solved" / "solve.json").write_text('{"units": "m", "takes": {"take": "take"}}')
    assert list(find_takes(take.parent)) == ["take"]


def test_what_is_not_known_to_be_something_else_is_a_camera_and_named_in_the_error(take):
    np.savez(take / "c2.npz", kpts=np.zeros((30, 5, 2)))
    with pytest.raises(InputError, match=r"c2\.npz: has no entry 'keypoints'.*check the path"):
        read_capture(take)


def test_alphapose_results_are_cameras(take):
    write_alphapose(take / "c2.json", [[person] for person in view(SUBJECT, 100)])
    assert list(find_cameras(take)) == ["c0", "c1", "c2"]
