from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from canonpose.datasets import read_dataset
from canonpose.datasets.folder import read
from canonpose.datasets.plausible import median_distance
from canonpose.errors import InputError
from canonpose.readers.reference import Reference, write_reference
from canonpose.skeleton import layout
from datasets.scene import calibration_json, camera, person, write_keypoints

COCO = layout("coco17")
CAMERAS = [camera(name, yaw) for name, yaw in (("c1", 0), ("c2", 80), ("c3", 160))]
FRAMES = 25
REAL = Path(__file__).parents[3] / "shared" / "data" / "aistpp"


def write(folder, *, units="cm", declared=False, takes=("a", "b", "z"), noise=1.0):
    random = np.random.default_rng(0)
    for number, take in enumerate(takes):
        points = person(FRAMES, COCO, seed=number)[:, : len(COCO.detected)]
        part = "test" if take == "z" else "train"
        for one in CAMERAS:
            pixels = one.project(points) + noise * random.standard_normal((*points.shape[:2], 2))
            write_keypoints(folder / part / take / f"{one.name}.npz", pixels, COCO.detected)
        valid = np.ones(points.shape[:2], dtype=bool)
        valid[3, 5] = False
        (folder / "reference").mkdir(exist_ok=True)
        write_reference(
            Reference(points * 1000, valid, COCO.detected), folder / "reference" / f"{take}.npz"
        )
    (folder / "cameras.json").write_text(calibration_json(CAMERAS, units, declared=declared))
    return folder


def test_parts_and_names(tmp_path):
    dataset = read(write(tmp_path))
    assert [one.take.name for one in dataset.training] == ["a", "b"]
    assert [one.take.name for one in dataset.test] == ["z"]
    assert dataset.skeleton == COCO
    assert dataset.static_cameras
    assert set(dataset.scored_joints) == {j for j in COCO.detected if j[-3:] not in ("eye", "ear")}
    assert len({one.take.rig for one in dataset.training}) == 2
    assert dataset.capture().static_cameras


@pytest.mark.parametrize("units", ["m", "cm", "mm"])
@pytest.mark.parametrize("declared", [False, True])
def test_the_unit_of_the_calibration_is_found(tmp_path, units, declared):
    dataset = read(write(tmp_path, units=units, declared=declared))
    if not declared:
        assert any(note.endswith(f"are in {units}") for note in dataset.notes)
    for one in (*dataset.training, *dataset.test):
        for name, exact in one.truth_2d.items():
            assert median_distance(exact, one.take.views[name]) < 2


def test_truth_3d_projects_to_truth_2d(tmp_path):
    one = read(write(tmp_path)).training[0]
    for view in CAMERAS:
        still = replace(view, rotation=np.eye(3), translation=np.zeros(3))
        reference, exact = one.truth_3d[view.name], one.truth_2d[view.name]
        assert reference.positions[..., 2].min() > 2000  # mm in front of the camera
        pixels = still.project(reference.positions / 1000)
        seen = exact.seen[:, : len(COCO.detected)]
        assert (seen == reference.valid).all()
        np.testing.assert_allclose(
            exact.positions[:, : len(COCO.detected)][seen], pixels[seen], atol=1e-3
        )


def test_derived_joints_are_the_means_of_exact_pixels(tmp_path):
    exact = read(write(tmp_path)).training[0].truth_2d["c2"]
    hips = exact.positions[:, COCO.indices(["left_hip", "right_hip"])].mean(1)
    np.testing.assert_allclose(exact.positions[:, COCO.index("pelvis")], hips, rtol=1e-6)
    assert exact.scores[3, COCO.index("neck")] == 0  # of a shoulder that is not valid
    assert np.isnan(exact.positions[3, COCO.index("neck")]).all()


def test_true_2d_in_place_of_detections(tmp_path):
    dataset = read(write(tmp_path))
    view = dataset.with_true_2d().training[1].take.views["c3"]
    assert view is dataset.training[1].truth_2d["c3"]


def test_cameras_in_the_order_asked_for(tmp_path):
    dataset = read(write(tmp_path), cameras=("c3", "c1"))
    assert dataset.cameras == ("c3", "c1")
    assert set(dataset.test[0].take.views) == {"c1", "c3"}


def test_cameras_well_spread_where_none_are_asked_for(tmp_path):
    assert read(write(tmp_path)).cameras == ("c1", "c2", "c3")


def test_one_rig_over_all_takes(tmp_path):
    dataset = read(write(tmp_path), one_rig=True)
    assert len({one.take.rig for one in dataset.training}) == 1


def test_takes_of_a_subject_are_one_rig_by_capture_toml(tmp_path):
    write(tmp_path)
    (tmp_path / "train" / "capture.toml").write_text("[subjects]\na = 'x'\nb = 'x'\n")
    assert len({one.take.rig for one in read(tmp_path).training}) == 1


def test_capture_toml_leaves_cameras_out(tmp_path):
    write(tmp_path)
    (tmp_path / "train" / "capture.toml").write_text("leave_out = ['c2']\n")
    assert read(tmp_path).cameras == ("c1", "c3")


def test_cameras_without_calibration_are_left_out_and_named(tmp_path):
    write(tmp_path)
    (tmp_path / "cameras.json").write_text(calibration_json(CAMERAS[:2], "m"))
    dataset = read(tmp_path)
    assert dataset.cameras == ("c1", "c2")
    assert any("'c3'" in note for note in dataset.notes)


def test_a_training_take_may_lack_its_reference(tmp_path):
    write(tmp_path)
    (tmp_path / "reference" / "b.npz").unlink()
    dataset = read(tmp_path)
    assert dataset.training[0].truth_3d
    assert not dataset.training[1].truth_3d


def test_a_camera_out_of_sync_is_noted(tmp_path):
    write(tmp_path)
    path = tmp_path / "train" / "a" / "c2.npz"
    arrays = dict(np.load(path))
    write_keypoints(path, arrays["keypoints"] + 60, COCO.detected)
    notes = [note for note in read(tmp_path).notes if "out of sync" in note]
    assert len(notes) == 1
    assert "'a'" in notes[0]
    assert "'c2'" in notes[0]


def test_by_name(tmp_path):
    assert read_dataset("folder", write(tmp_path)).name == "folder"


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("test", "no folder 'test'"),
        ("reference/z.npz", "cannot be scored"),
        ("cameras.json", "no calibration"),
    ],
)
def test_what_is_missing_is_said(tmp_path, gone, said):
    write(tmp_path)
    (tmp_path / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=said):
        read(tmp_path)


def test_calibrations_that_fit_in_no_unit_are_refused(tmp_path):
    write(tmp_path)
    turned = [replace(one, rotation=one.rotation[[1, 0, 2]] * [[1], [-1], [1]]) for one in CAMERAS]
    (tmp_path / "cameras.json").write_text(calibration_json(turned, "m"))
    with pytest.raises(InputError, match="nowhere near the detections"):
        read(tmp_path)


def test_a_reference_of_another_length_is_refused(tmp_path):
    write(tmp_path)
    points = person(FRAMES + 1, COCO)
    valid = np.ones(points.shape[:2], dtype=bool)
    write_reference(Reference(points, valid, COCO.joints), tmp_path / "reference" / "a.npz")
    with pytest.raises(InputError, match="has 26 frames, but take 'a' has 25"):
        read(tmp_path)


@pytest.mark.skipif(not REAL.is_dir(), reason="the AIST++ clips are not on this machine")
def test_real_clips():
    dataset = read_dataset("aistpp", REAL)
    assert dataset.cameras == ("c01", "c03", "c06", "c08")
    assert [len(one.take) for one in (*dataset.training, *dataset.test)] == [720] * 4
    assert len({one.take.rig for one in dataset.training}) == 1
    assert any(note.endswith("are in cm") for note in dataset.notes)
    assert not any("out of sync" in note for note in dataset.notes)
    for one in (*dataset.training, *dataset.test):
        for name, exact in one.truth_2d.items():
            assert median_distance(exact, one.take.views[name]) < 10
