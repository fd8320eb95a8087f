import pickle
from pathlib import Path

import numpy as np
import pytest

from canonpose.datasets import read_dataset
from canonpose.datasets.aistpp import read
from canonpose.datasets.aistpp.annotations import CAMERAS
from canonpose.datasets.plausible import median_distance
from canonpose.errors import InputError
from canonpose.skeleton import layout
from datasets.scene import calibration_json, camera, person

COCO = layout("coco17")
JOINTS = len(COCO.detected)
FRAMES = 12
STUDIO = [camera(name, 45 * place) for place, name in enumerate(CAMERAS)]
UNSYNCHRONISED = "gBR_sBM_cAll_d04_mBR0_ch01"
TRAIN = (UNSYNCHRONISED, "gBR_sBM_cAll_d05_mBR0_ch02", "gLO_sBM_cAll_d05_mLO0_ch03")
TEST = ("gBR_sFM_cAll_d06_mBR1_ch04",)
POOR = "gBR_sBM_cAll_d05_mBR0_ch09"


def write_pickle(path: Path, entries: dict) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(entries, protocol=pickle.HIGHEST_PROTOCOL))


def write_sequence(folder: Path, name: str, seed: int) -> None:
    points = person(FRAMES, COCO, seed)[:, :JOINTS]
    pixels = np.stack([one.project(points) for one in STUDIO])
    people = np.concatenate([pixels, np.full((*pixels.shape[:3], 1), 0.7)], axis=-1)
    people[2, 4] = np.nan  # nobody was found
    entries = {"keypoints2d": people.astype(np.float32), "det_scores": np.ones((9, FRAMES))}
    write_pickle(folder / "keypoints2d" / f"{name}.pkl", entries)
    centimetres = points * 100
    world = {"keypoints3d": centimetres + 5, "keypoints3d_optim": centimetres}
    write_pickle(folder / "keypoints3d" / f"{name}.pkl", world)


def write_release(folder: Path) -> Path:
    (folder / "cameras").mkdir()
    (folder / "splits").mkdir()
    for seed, name in enumerate((*TRAIN, *TEST)):
        write_sequence(folder, name, seed)
    settings = {name: f"setting{1 + ('gLO' in name)}" for name in (*TRAIN, *TEST, POOR)}
    lines = [f"{name} {setting}" for name, setting in settings.items()]
    (folder / "cameras" / "mapping.txt").write_text("\n".join(lines))
    for setting in set(settings.values()):
        text = calibration_json(STUDIO, "cm")
        (folder / "cameras" / f"{setting}.json").write_text(text)
    (folder / "splits" / "pose_train.txt").write_text("\n".join((*TRAIN, POOR)) + "\n")
    (folder / "splits" / "pose_test.txt").write_text("\n".join(TEST))
    (folder / "ignore_list.txt").write_text(f"{POOR}\n")
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_release(tmp_path)


def test_the_official_split(folder):
    dataset = read_dataset("aistpp", folder)
    assert tuple(one.take.name for one in dataset.training) == TRAIN
    assert tuple(one.take.name for one in dataset.test) == TEST
    assert dataset.skeleton == COCO
    assert dataset.static_cameras


def test_settings_are_rigs_and_dancers_subjects(folder):
    takes = [one.take for one in read(folder).training]
    assert [take.rig for take in takes] == ["setting1", "setting1", "setting2"]
    assert [take.subject for take in takes] == ["d04", "d05", "d05"]


def test_the_first_cameras_are_a_sound_choice(folder):
    dataset = read(folder)
    assert sorted(dataset.cameras) == list(CAMERAS)
    assert dataset.cameras[:4] == ("c01", "c03", "c06", "c08")
    assert set(dataset.capture(dataset.cameras[:2]).takes[0].views) == {"c01", "c03"}


def test_some_cameras_and_sequences(folder):
    dataset = read(folder, cameras=("c02", "c04"), sequences="gBR_*")
    assert dataset.cameras == ("c02", "c04")
    assert {one.take.name for one in dataset.training} == set(TRAIN[:2])


def test_the_detections_lie_on_the_truth(folder):
    for one in read(folder).training:
        for name, exact in one.truth_2d.items():
            view = one.take.views[name]
            assert median_distance(exact, view) < 0.01
            assert view.fps == 60
            assert exact.seen[:, :JOINTS].all()


def test_truth_3d_is_in_the_cameras_frame_in_mm(folder):
    one = read(folder).test[0]
    points = person(FRAMES, COCO, seed=len(TRAIN))[:, :JOINTS]
    for view in STUDIO:
        np.testing.assert_allclose(
            one.truth_3d[view.name].positions, view.to_camera(points) * 1000, atol=0.01
        )


def test_missing_people_are_missing(folder):
    view = read(folder).training[1].take.views["c03"]
    assert np.isnan(view.positions[4]).all()
    assert not view.seen[4].any()
    assert view.seen[5].all()


def test_the_camera_that_was_not_in_sync_is_left_out_there(folder):
    first, second, _ = read(folder).training
    assert "c05" not in first.take.views
    assert "c05" in second.take.views


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("keypoints3d", "no folder 'keypoints3d'"),
        ("ignore_list.txt", "ignore_list.txt: cannot be read"),
        ("splits/pose_test.txt", "pose_test.txt: cannot be read"),
        ("cameras/setting2.json", "setting2.json: cannot be read"),
        (f"keypoints2d/{TRAIN[1]}.pkl", "cannot be read"),
    ],
)
def test_what_is_missing_is_said(folder, gone, said):
    (folder / gone).rename(folder / "elsewhere")
    with pytest.raises(InputError, match=said):
        read(folder)


@pytest.mark.parametrize(
    ("kind", "entries", "said"),
    [
        ("keypoints2d", {"other": 1}, "no array 'keypoints2d'"),
        ("keypoints2d", {"keypoints2d": np.ones((9, 4, 133, 3))}, r"\[9, 4, 133, 3\] where"),
        ("keypoints2d", {"keypoints2d": np.full((9, 12, 17, 3), np.nan)}, "detected anything"),
        ("keypoints3d", {"keypoints3d_optim": np.ones((12, 24, 3))}, r"\[12, 24, 3\] where"),
        ("keypoints3d", {"keypoints3d_optim": np.array(["a"])}, "holds no numbers"),
        ("keypoints3d", {"keypoints3d_optim": np.ones((11, 17, 3))}, "has 11 frames, but take"),
    ],
)
def test_keypoints_of_another_layout_are_refused(folder, kind, entries, said):
    write_pickle(folder / kind / f"{TRAIN[1]}.pkl", entries)
    with pytest.raises(InputError, match=said):
        read(folder)


def test_sequences_without_a_setting_are_refused(folder):
    (folder / "cameras" / "mapping.txt").write_text(f"{TRAIN[0]} setting1\n")
    with pytest.raises(InputError, match="does not name sequence"):
        read(folder)


def test_a_mapping_of_another_layout_is_refused(folder):
    (folder / "cameras" / "mapping.txt").write_text("one two three\n")
    with pytest.raises(InputError, match="is not a sequence and its setting"):
        read(folder)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"cameras": ("c10",)}, "no camera 'c10'"), ({"sequences": "gXX*"}, "no sequence")],
)
def test_what_there_is_not_is_refused(folder, options, said):
    with pytest.raises(InputError, match=said):
        read(folder, **options)
