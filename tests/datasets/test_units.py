import numpy as np
import pytest

from canonpose.datamodel import Take
from canonpose.datasets.truth import exact_keypoints
from canonpose.datasets.units import calibration_that_fits, find_camera
from canonpose.errors import InputError
from canonpose.readers.reference import Reference
from canonpose.skeleton import layout
from datasets.scene import calibration_json, camera, person
from datasets.test_truth import nothing_seen

COCO = layout("coco17")
CAMERAS = [camera("c1", 0), camera("c2", 80)]
POINTS = person(4, COCO)
REFERENCE = Reference(1000 * POINTS, np.ones(POINTS.shape[:2], dtype=bool), COCO.joints)
TAKE = Take(
    "a", {one.name: exact_keypoints(REFERENCE, one, nothing_seen()) for one in CAMERAS}, "a"
)


@pytest.mark.parametrize("units", ["m", "cm", "mm"])
def test_the_unit_is_the_one_that_projects_onto_the_detections(tmp_path, units):
    path = tmp_path / "cameras.json"
    path.write_text(calibration_json(CAMERAS, units))
    cameras, found = calibration_that_fits(path, [TAKE], {"a": REFERENCE})
    assert found == units
    np.testing.assert_allclose(cameras["c2"].translation, CAMERAS[1].translation)


def test_takes_without_a_reference_do_not_count(tmp_path):
    path = tmp_path / "cameras.json"
    path.write_text(calibration_json(CAMERAS, "cm"))
    stranger = Take("b", {"c1": nothing_seen()}, "b")
    assert calibration_that_fits(path, [stranger, TAKE], {"a": REFERENCE})[1] == "cm"
    with pytest.raises(InputError, match="belong together"):
        calibration_that_fits(path, [stranger], {"a": REFERENCE})


def test_a_reference_of_another_place_fits_no_unit(tmp_path):
    path = tmp_path / "cameras.json"
    path.write_text(calibration_json(CAMERAS, "m"))
    elsewhere = Reference(REFERENCE.positions + 1500, REFERENCE.valid, COCO.joints)
    with pytest.raises(InputError, match=r"cameras\.json: .* nowhere near the detections"):
        calibration_that_fits(path, [TAKE], {"a": elsewhere})


def test_cameras_by_plain_name():
    table = {"Cam_1": CAMERAS[0], "cam-2": CAMERAS[1], "CAM2": CAMERAS[0]}
    assert find_camera(table, "cam1") is CAMERAS[0]
    assert find_camera(table, "cam-2") is CAMERAS[1]
    assert find_camera(table, "cam_2") is None  # two are like it
    assert find_camera(table, "cam3") is None
