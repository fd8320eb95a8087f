import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.exporters.captures import write_skeleton
from canonpose.readers import read_capture
from canonpose.readers.calibration import read_calibration
from canonpose.readers.reference import read_reference
from canonpose.skeleton import layout, read_skeleton
from canonpose.virtual import Filming, RingRig, film
from canonpose.virtual.writing import write_capture
from virtual.movers import mover


def takes(movement="static", names=("a", "b")):
    motions = [mover(20, name=name, seed=place) for place, name in enumerate(names)]
    return film(motions, Filming(RingRig(3), movement), subject="anna")


@pytest.mark.parametrize("movement", ["static", "ptz"])
def test_readers_read_what_was_written(tmp_path, movement):
    made = takes(movement)
    write_capture(made, tmp_path / "out")
    capture = read_capture(tmp_path / "out")
    assert [take.name for take in capture.takes] == ["a", "b"]
    assert capture.cameras == ("cam1", "cam2", "cam3")
    assert capture.static_cameras == (movement == "static")
    assert capture.skeleton.joints == made[0].labelled.take.views["cam1"].skeleton.joints
    assert len({take.rig for take in capture.takes}) == 1
    for take, written in zip(capture.takes, made, strict=True):
        for camera, view in take.views.items():
            original = written.labelled.take.views[camera]
            np.testing.assert_array_equal(view.positions, original.positions)
            np.testing.assert_array_equal(view.scores, original.scores)
            assert (view.fps, view.image_size) == (original.fps, original.image_size)
            truth = read_reference(tmp_path / "out" / "truth" / take.name / f"{camera}.npz")
            exact = written.labelled.truth_3d[camera].positions
            np.testing.assert_allclose(truth.positions, exact, atol=1e-2)


def test_the_calibration_is_that_of_the_cameras(tmp_path):
    made = takes()
    write_capture(made, tmp_path / "out")
    cameras = read_calibration(tmp_path / "out" / "cameras.json")
    for camera in made[0].cameras:
        np.testing.assert_allclose(cameras[camera.name].rotation, camera.rotation)
        np.testing.assert_allclose(cameras[camera.name].translation, camera.translation)
        np.testing.assert_allclose(cameras[camera.name].matrix, camera.matrix)


def test_moving_cameras_have_no_calibration(tmp_path):
    write_capture(takes("handheld"), tmp_path / "out")
    assert not (tmp_path / "out" / "cameras.json").exists()


def test_nothing_is_overwritten(tmp_path):
    (tmp_path / "out").mkdir()
    write_capture(takes(), tmp_path / "out")  # an empty folder may be filled
    before = sorted(path.name for path in tmp_path.rglob("*"))
    with pytest.raises(InputError, match="is there already"):
        write_capture(takes(), tmp_path / "out")
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


def test_a_failure_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("canonpose.virtual.writing.write_reference", full)
    with pytest.raises(InputError, match="No space left"):
        write_capture(takes(), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_take_must_not_hide_the_truth(tmp_path):
    with pytest.raises(InputError, match="rename"):
        write_capture(takes(names=("Truth",)), tmp_path / "out")


@pytest.mark.parametrize("name", ["coco17", "canonpose16"])
def test_skeletons_survive_their_toml(tmp_path, name):
    write_skeleton(layout(name), tmp_path / "skeleton.toml")
    read = read_skeleton(tmp_path / "skeleton.toml")
    assert read.to_dict() == layout(name).to_dict()
