from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np
import pytest
from scipy.io import savemat

from canonpose.datasets import read_dataset
from canonpose.datasets.mpi_inf_3dhp import read
from canonpose.datasets.mpi_inf_3dhp.annotations import SKELETON, TRAINING_JOINTS
from canonpose.datasets.mpi_inf_3dhp.calibration import read_skeletool
from canonpose.errors import InputError
from canonpose.skeleton import Skeleton, layout
from datasets.scene import camera, person, pixels_of, without_distortion, write_keypoints

ALL = Skeleton("all", TRAINING_JOINTS, "pelvis")
FRAMES = 5
STUDIO = [
    without_distortion(camera(str(number), 70 * number, (2048, 2048))) for number in range(14)
]
SUBJECTS = tuple(f"S{number}" for number in range(1, 9))
USED = {"video_0", "video_2", "video_4", "video_7", "video_8"}
VALID = np.array([1, 0, 1, 1, 0, 1, 1])


def cells(arrays: list[np.ndarray]) -> np.ndarray:
    """A cell array as MATLAB writes it: [camera, 1] of arrays."""
    out = np.empty((len(arrays), 1), dtype=object)
    for place, array in enumerate(arrays):
        out[place, 0] = array
    return out


def write_training(path: Path, seed: int, cameras: list = STUDIO) -> None:
    world = person(FRAMES, ALL, seed)
    seen = [one.to_camera(world) * 1000 for one in cameras]
    pixels = [pixels_of(points, one) for points, one in zip(seen, cameras, strict=True)]
    path.parent.mkdir(parents=True, exist_ok=True)
    entries = {
        "annot2": cells([array.reshape(FRAMES, -1) for array in pixels]),
        "annot3": cells([array.reshape(FRAMES, -1) for array in seen]),
        "univ_annot3": cells([0.9 * array.reshape(FRAMES, -1) for array in seen]),
        "cameras": np.arange(len(cameras)),
        "frames": np.arange(FRAMES),
    }
    savemat(path, entries)


def write_calibration(path: Path) -> None:
    lines = ["Skeletool Camera Calibration File V1.0"]
    for one in STUDIO:
        intrinsic, extrinsic = np.eye(4), np.eye(4)
        intrinsic[:3, :3] = one.matrix
        extrinsic[:3, :3], extrinsic[:3, 3] = one.rotation, one.translation * 1000
        lines += [
            f"name          {one.name}",
            "  sensor      10 10",
            f"  size        {one.size[0]} {one.size[1]}",
            "  animated    0",
            "  intrinsic   " + " ".join(map(str, intrinsic.ravel())) + " ",
            "  extrinsic   " + " ".join(map(str, extrinsic.ravel())) + " ",
            "  radial      0",
        ]
    path.write_text("\n".join(lines) + "\n")


def write_test(path: Path, seed: int) -> np.ndarray:
    one = without_distortion(camera("0", 30, (2048, 2048)))
    seen = one.to_camera(person(len(VALID), SKELETON, seed)) * 1000
    path.parent.mkdir(parents=True, exist_ok=True)
    # MATLAB's [3, 17, 1, frame] is [frame, 1, 17, 3] in the file.
    with h5py.File(path, "w") as file:
        file["annot2"] = pixels_of(seen, one)[:, None]
        file["annot3"] = seen[:, None]
        file["univ_annot3"] = 0.9 * seen[:, None]
        file["valid_frame"] = VALID[:, None].astype(np.float64)
        file["activity_annotation"] = np.ones((len(VALID), 1))
    return 0.9 * seen


def write_release(folder: Path) -> Path:
    for seed, subject in enumerate(SUBJECTS):
        for sequence in ("Seq1", "Seq2"):
            write_training(folder / subject / sequence / "annot.mat", seed)
            write_calibration(folder / subject / sequence / "camera.calibration")
    for number in range(1, 7):
        write_test(folder / f"TS{number}" / "annot_data.mat", 50 + number)
    return folder


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    return write_release(tmp_path_factory.mktemp("3dhp"))


@pytest.fixture(scope="module")
def dataset(release):
    return read_dataset("3dhp", release)


def link(release: Path, folder: Path, *, but: tuple[str, ...] = ()) -> Path:
    """The release once more, less some of its folders and files."""
    folder.mkdir(parents=True, exist_ok=True)
    for entry in release.iterdir():
        name = str(entry.relative_to(release))
        if any(other.startswith(f"{name}/") for other in but):
            deeper = tuple(o.removeprefix(f"{name}/") for o in but if o.startswith(f"{name}/"))
            link(entry, folder / entry.name, but=deeper)
        elif name not in but:
            (folder / entry.name).symlink_to(entry)
    return folder


def test_the_protocol(dataset):
    assert [one.take.name for one in dataset.morphing] == ["S1_Seq1", "S1_Seq2"]
    assert len(dataset.training) == 14
    assert {one.take.subject for one in dataset.training} == set(SUBJECTS) - {"S1"}
    assert [one.take.name for one in dataset.test] == [f"TS{number}" for number in range(1, 7)]
    assert set(dataset.cameras) == USED
    assert dataset.static_cameras
    assert dataset.skeleton == SKELETON
    assert len({one.take.rig for one in dataset.training}) == 14


def test_the_joints_of_the_official_pck_are_scored(dataset):
    assert len(dataset.scored_joints) == 14
    assert set(SKELETON.joints) - set(dataset.scored_joints) == {"pelvis", "spine", "head"}


def test_the_17_joints_are_the_test_sets():
    order = [TRAINING_JOINTS.index(joint) for joint in SKELETON.joints]
    assert order == [7, 5, 14, 15, 16, 9, 10, 11, 23, 24, 25, 18, 19, 20, 4, 3, 6]


def test_truth_3d_projects_to_truth_2d(release, dataset):
    one = dataset.training[3]
    cameras = read_skeletool(release / "S3" / "Seq2" / "camera.calibration")
    for name, exact in one.truth_2d.items():
        pixels = pixels_of(one.truth_3d[name].positions, cameras[name.removeprefix("video_")])
        np.testing.assert_allclose(exact.positions, pixels, atol=0.01)
        assert exact.seen.all()


def test_cameras_agree_on_one_body(release, dataset):
    one = dataset.training[0]
    cameras = read_skeletool(release / "S2" / "Seq1" / "camera.calibration")
    world = []
    for name, truth in one.truth_3d.items():
        view = cameras[name.removeprefix("video_")]
        world.append((truth.positions / 1000 - view.translation) @ view.rotation)
    np.testing.assert_allclose(world, np.broadcast_to(world[0], np.shape(world)), atol=1e-4)


def test_without_detections_the_exact_2d_stands_in(dataset):
    one = dataset.training[0]
    np.testing.assert_array_equal(
        one.take.views["video_4"].positions, one.truth_2d["video_4"].positions
    )
    assert any("no detections" in note for note in dataset.notes)


def test_only_valid_frames_are_tested_on(release, dataset, tmp_path):
    expected = write_test(tmp_path / "annot_data.mat", 53)[VALID == 1]
    one = dataset.test[2]
    assert len(one.take) == VALID.sum()
    np.testing.assert_allclose(one.truth_3d["TS3"].positions, expected, rtol=1e-5)


def test_rates_and_sizes(dataset):
    rates = {one.take.name: one.take.views["video_0"].fps for one in dataset.training}
    assert (rates["S2_Seq2"], rates["S3_Seq1"]) == (25, 50)
    sizes = [one.take.views[one.take.name].image_size for one in dataset.test]
    assert sizes == [(2048, 2048)] * 4 + [(1920, 1080)] * 2


def test_other_places_of_the_folders(release, tmp_path):
    link(release, tmp_path / "train", but=tuple(f"TS{number}" for number in range(1, 7)))
    link(release, tmp_path / "mpi_inf_3dhp_test_set", but=SUBJECTS)
    assert len(read(tmp_path).test) == 6


def test_the_subject_for_morphing_may_be_missing(release, tmp_path):
    dataset = read(link(release, tmp_path, but=("S1",)))
    assert not dataset.morphing
    assert any("S1 is not there" in note for note in dataset.notes)


def write_detections(folder: Path) -> None:
    coco = layout("coco17").detected
    for subject in SUBJECTS:
        for sequence in ("Seq1", "Seq2"):
            for number, video in enumerate(sorted(USED)):
                pixels = np.full((FRAMES, 17, 2), 100.0 + number)
                path = folder / "detections" / subject / sequence / f"{video}.npz"
                write_keypoints(path, pixels, coco)
    for number in range(1, 7):
        pixels = np.arange(len(VALID) * 17 * 2.0).reshape(-1, 17, 2)
        write_keypoints(folder / "detections" / f"TS{number}.npz", pixels, coco)


def test_detections_beside_the_annotations(release, tmp_path):
    write_detections(link(release, tmp_path))
    dataset = read(tmp_path)
    assert dataset.skeleton == layout("coco17")
    view = dataset.training[0].take.views["video_2"]
    assert (view.positions == 101).all()
    assert (view.camera, view.fps, view.image_size) == ("video_2", 25, (2048, 2048))
    tested = dataset.test[0].take.views["TS1"].positions[:, 0, 0]
    np.testing.assert_array_equal(tested, np.flatnonzero(VALID) * 34)
    exact = dataset.training[0].truth_2d["video_2"]
    assert exact.skeleton == layout("mpi_inf_3dhp")  # which morphing then leads to
    assert exact.seen.all()
    assert dataset.with_true_2d().skeleton == layout("mpi_inf_3dhp")


def test_detections_must_be_complete(release, tmp_path):
    write_detections(link(release, tmp_path))
    (tmp_path / "detections" / "S4" / "Seq1" / "video_7.npz").unlink()
    with pytest.raises(InputError, match=r"S4/Seq1/video_7\.npz: is missing"):
        read(tmp_path)


def test_detections_must_have_every_frame(release, tmp_path):
    write_detections(link(release, tmp_path))
    path = tmp_path / "detections" / "TS5.npz"
    write_keypoints(path, np.ones((4, 17, 2)), layout("coco17").detected)
    with pytest.raises(InputError, match="has 4 frames, but the annotations have 7"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("S2", "no folder 'S2'"),
        ("S5/Seq2/annot.mat", "S5/Seq2/annot.mat: is missing"),
        ("S2/Seq1/camera.calibration", "camera.calibration: cannot be read"),
        ("TS1", "no folder 'TS1'"),
        ("TS4/annot_data.mat", "TS4/annot_data.mat: is missing"),
    ],
)
def test_what_is_missing_is_said(release, tmp_path, gone, said):
    with pytest.raises(InputError, match=said):
        read(link(release, tmp_path, but=(gone,)))


@pytest.mark.parametrize("gone", ["S5/Seq2/annot.mat", "TS4/annot_data.mat"])
@pytest.mark.parametrize("content", [b"", b"nonsense" * 99])
def test_damaged_files_are_refused(release, tmp_path, gone, content):
    folder = link(release, tmp_path, but=(gone,))
    (folder / gone).write_bytes(content)
    with pytest.raises(InputError, match="truncated, damaged or no"):
        read(folder)


def test_truncated_files_are_refused(release, tmp_path):
    for gone in ("S2/Seq1/annot.mat", "TS1/annot_data.mat"):
        folder = link(release, tmp_path / gone[:2], but=(gone,))
        whole = (release / gone).read_bytes()
        (folder / gone).write_bytes(whole[: len(whole) // 2])
        with pytest.raises(InputError, match=f"{gone}: "):
            read(folder)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"annot2": cells([np.ones((3, 56))] * 14)}, "has no annot3"),
        (
            {"annot2": cells([np.ones((3, 56))] * 14), "annot3": cells([np.ones((3, 51))] * 14)},
            r"annot3 of camera 0 is not \[frame, 84\]",
        ),
        (
            {"annot2": cells([np.ones((3, 56))] * 3), "annot3": cells([np.ones((3, 84))] * 3)},
            "annot2 of camera 4",
        ),
        (
            {"annot2": cells([np.ones((3, 56))] * 14), "annot3": cells([np.ones((4, 84))] * 14)},
            "2D of 3 frames and 3D of 4",
        ),
    ],
)
def test_training_files_of_another_layout_are_refused(release, tmp_path, entries, said):
    folder = link(release, tmp_path, but=("S2/Seq1/annot.mat",))
    savemat(folder / "S2" / "Seq1" / "annot.mat", entries)
    with pytest.raises(InputError, match=said):
        read(folder)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"univ_annot3": None}, "no 'univ_annot3'"),
        ({"univ_annot3": np.ones((7, 1, 28, 3))}, r"univ_annot3 is \[7, 1, 28, 3\]"),
        ({"valid_frame": np.zeros((7, 1))}, "no frame is valid"),
    ],
)
def test_test_files_of_another_layout_are_refused(release, tmp_path, changes, said):
    folder = link(release, tmp_path, but=("TS2/annot_data.mat",))
    write_test(folder / "TS2" / "annot_data.mat", 0)
    with h5py.File(folder / "TS2" / "annot_data.mat", "a") as file:
        for name, array in changes.items():
            del file[name]
            if array is not None:
                file[name] = array
    with pytest.raises(InputError, match=said):
        read(folder)


def test_3d_with_y_upwards_is_refused(release, tmp_path):
    folder = link(release, tmp_path, but=("S2/Seq1/annot.mat",))
    upwards = [replace(one, matrix=one.matrix * [[1], [-1], [1]]) for one in STUDIO]
    write_training(folder / "S2" / "Seq1" / "annot.mat", 0, upwards)
    with pytest.raises(InputError, match="does not have y downwards"):
        read(folder)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no camera"),
        ("Skeletool\nname 0\n  size 3\n", "has no 2 numbers 'size'"),
        ("Skeletool\nname 0\n  size a b\n", "has no 2 numbers 'size'"),
        ("Skeletool\nname 0\n  size 3 4\n", "has no 16 numbers 'intrinsic'"),
    ],
)
def test_calibrations_of_another_layout_are_refused(tmp_path, text, said):
    path = tmp_path / "camera.calibration"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_skeletool(path)
