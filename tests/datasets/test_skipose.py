import sys
from pathlib import Path

import h5py
import numpy as np
import pytest

from canonpose.datasets import read_dataset
from canonpose.datasets.skipose import read
from canonpose.errors import InputError
from canonpose.skeleton import layout
from datasets.scene import camera, person, pixels_of, without_distortion, write_keypoints

H36M = layout("human36m")
SIX = [without_distortion(camera(str(number), 55 * number, (256, 256))) for number in range(6)]
FRAMES = (3, 4, 5, 9)  # numbers may have gaps


def entries(sequences, missing=()):
    """One row for each image, in an order of its own; (sequence, camera, frame) may be missing."""
    rows = []
    for sequence, subject in sequences:
        world = person(max(FRAMES) + 1, H36M, sequence)
        world -= world[:, :1]
        for number, one in enumerate(SIX):
            for frame in FRAMES:
                if (sequence, number, frame) in missing:
                    continue
                seen = one.to_camera(world[frame])
                shares = pixels_of(seen, one) / 256
                rows.append((sequence, number, frame, subject, shares, seen - seen[:1], one))
    rows = [rows[place] for place in np.random.default_rng(1).permutation(len(rows))]
    columns = list(zip(*rows, strict=True))
    table = dict(zip(("seq", "cam", "frame", "subj"), map(np.array, columns[:4]), strict=True))
    table["2D"] = np.array(columns[4]).reshape(len(rows), -1)
    table["3D"] = np.array(columns[5]).reshape(len(rows), -1)
    table["cam_intrinsic"] = np.array([one.matrix.ravel() / 256 for one in columns[6]])
    table["R_cam_2_world"] = np.array([one.rotation.T.ravel() for one in columns[6]])
    table["cam_position"] = np.array([one.centre for one in columns[6]])
    return table


def write(path, table):
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for name, column in table.items():
            file[name] = column


def write_release(folder: Path) -> Path:
    train = entries([(0, 0), (1, 1), (2, 1)], missing={(1, 2, 5), (1, 4, 3), (1, 4, 9)})
    write(folder / "train" / "labels.h5", train)
    write(folder / "test" / "labels.h5", entries([(0, 5)]))
    return folder


@pytest.fixture
def release(tmp_path):
    return write_release(tmp_path)


def test_the_protocol(release):
    dataset = read_dataset("skipose", release)
    assert [one.take.subject for one in dataset.morphing] == ["0"]
    assert [one.take.name for one in dataset.training] == ["seq_001_subject_1", "seq_002_subject_1"]
    assert [one.take.subject for one in dataset.test] == ["5"]
    assert dataset.cameras == tuple(f"cam_{number:02}" for number in range(6))
    assert not dataset.static_cameras
    assert dataset.skeleton == H36M
    assert set(H36M.joints) - set(dataset.scored_joints) == {"spine"}


def test_moments_are_aligned_over_cameras(release):
    for one in read(release).training:
        assert all(len(view) == len(FRAMES) for view in one.take.views.values())


def test_what_a_camera_missed_is_missing(release):
    one = read(release).training[0]
    view, truth = one.take.views["cam_04"], one.truth_3d["cam_04"]
    np.testing.assert_array_equal(view.seen.all(-1), [False, True, True, False])
    np.testing.assert_array_equal(view.seen.any(-1), [False, True, True, False])
    np.testing.assert_array_equal(truth.valid.all(-1), [False, True, True, False])
    assert np.isnan(view.positions[0]).all()


def test_truth_3d_in_mm_projects_to_truth_2d_in_px(release):
    world = person(max(FRAMES) + 1, H36M, 2)
    world -= world[:, :1]
    one = read(release).training[1]
    for number, view in enumerate(SIX):
        name = f"cam_{number:02}"
        root = view.to_camera(world[list(FRAMES)])[:, :1]
        pixels = pixels_of(one.truth_3d[name].positions / 1000 + root, view)
        np.testing.assert_allclose(one.truth_2d[name].positions, pixels, atol=0.01)
        assert one.take.views[name].image_size == (256, 256)


def test_a_folder_above(release, tmp_path_factory):
    above = tmp_path_factory.mktemp("above")
    (above / "Ski-PosePTZ-CameraDataset-png").symlink_to(release)
    assert len(read(above).training) == 2


def test_one_subject_is_trained_on(release):
    write(release / "train" / "labels.h5", entries([(0, 3), (1, 3)]))
    dataset = read(release)
    assert len(dataset.training) == 2
    assert not dataset.morphing


def test_two_subjects_of_a_sequence_are_two_takes(release):
    first = entries([(0, 1)])
    second = entries([(0, 2)])
    second["frame"] = second["frame"] + 100
    both = {name: np.concatenate([first[name], second[name]]) for name in first}
    write(release / "test" / "labels.h5", both)
    assert [len(one.take) for one in read(release).test] == [len(FRAMES)] * 2


def write_detections(release):
    coco = layout("coco17").detected
    counts = {(1, 2): 3, (1, 4): 2}
    for part, sequences in (("train", (0, 1, 2)), ("test", (0,))):
        for sequence in sequences:
            for number in range(6):
                images = counts.get((sequence, number), len(FRAMES)) if part == "train" else 4
                pixels = np.arange(1.0, images + 1)[:, None, None] * np.ones((images, 17, 2))
                folder = release / "detections" / part / f"seq_{sequence:03}"
                write_keypoints(folder / f"cam_{number:02}.npz", pixels, coco)


def test_detections_image_by_image(release):
    write_detections(release)
    dataset = read(release)
    assert dataset.skeleton == layout("coco17")
    views = dataset.training[0].take.views
    np.testing.assert_array_equal(views["cam_02"].positions[:, 0, 0], [1, 2, np.nan, 3])
    np.testing.assert_array_equal(views["cam_04"].positions[:, 0, 0], [np.nan, 1, 2, np.nan])
    assert (views["cam_04"].scores[0] == 0).all()
    assert not any("no detections" in note for note in dataset.notes)


def test_detections_of_other_images_are_refused(release):
    write_detections(release)
    path = release / "detections" / "train" / "seq_001" / "cam_02.npz"
    write_keypoints(path, np.ones((4, 17, 2)), layout("coco17").detected)
    with pytest.raises(InputError, match="has 4 frames, but the annotations have 3"):
        read(release)


@pytest.mark.parametrize("gone", ["train", "test/labels.h5"])
def test_what_is_missing_is_said(release, gone):
    (release / gone).rename(release / "elsewhere")
    with pytest.raises(InputError, match="is missing; give the folder"):
        read(release)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop("subj"), "no 'subj'"),
        (lambda t: t.update({"3D": t["3D"][:, :48]}), "3D is"),
        (lambda t: t.update({"2D": t["2D"] * 256}), "shares of the crop"),
        (lambda t: t.update({"3D": t["3D"] * np.tile([1, -1, -1], 17)}), "y downwards"),
        (lambda t: t.update({"frame": t["frame"] * 0}), "two images of frame 0"),
        (lambda t: t.update({"seq": np.array([b"x"] * len(t["seq"]))}), "holds no numbers"),
    ],
)
def test_labels_of_another_layout_are_refused(release, change, said):
    table = entries([(0, 1)])
    change(table)
    write(release / "test" / "labels.h5", table)
    with pytest.raises(InputError, match=said):
        read(release)


def test_damaged_files_are_refused(release):
    path = release / "test" / "labels.h5"
    path.write_bytes(path.read_bytes()[:900])
    with pytest.raises(InputError, match="truncated, damaged or no HDF5"):
        read(release)


def test_without_h5py_the_extra_is_named(release, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(InputError, match=r"without h5py; run: pip install 'canonpose\[datasets\]'"):
        read(release)
