import pickle
import sys

import h5py
import numpy as np
import pytest

from canonpose.datasets.human36m import read
from canonpose.errors import InputError
from datasets.human36m import files
from datasets.human36m.files import CAMERAS, SUBJECTS


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    files.write_cameras(folder / "cameras.h5")
    files.write_positions(folder)
    files.write_pixels(folder, "cpn_ft_h36m_dbb")
    return folder


@pytest.fixture
def folder(whole, tmp_path):
    """A copy that a test may spoil."""
    for path in whole.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_an_empty_folder(tmp_path):
    with pytest.raises(InputError, match=r"holds nothing of Human3\.6M; one or more of these bel"):
        read(tmp_path)
    files.write_cameras(tmp_path / "cameras.h5")
    with pytest.raises(InputError, match=r"holds nothing of Human3\.6M but cameras\.h5; one or mo"):
        read(tmp_path)


def test_files_one_folder_deeper(folder):
    (folder / "data").mkdir()
    for name in ("data_3d_h36m.npz", "data_2d_h36m_cpn_ft_h36m_dbb.npz", "cameras.h5"):
        (folder / name).rename(folder / "data" / name)
    with pytest.raises(InputError, match="but its folder 'data' does; give that one"):
        read(folder)


def test_subjects_one_folder_deeper(tmp_path):
    path = tmp_path / "human36m" / "S9" / "MyPoseFeatures" / "D3_Positions" / "Posing.cdf"
    files.write_cdf(path, np.zeros((3, 32, 3)), np.float32)
    with pytest.raises(InputError, match="but its folder 'human36m' does; give that one"):
        read(tmp_path)


def test_no_cameras(folder):
    (folder / "other").mkdir()
    (folder / "cameras.h5").rename(folder / "other" / "cameras.h5")
    with pytest.raises(
        InputError, match=r"has 3D but no cameras\.h5, .* \(there is one in 'other'"
    ):
        read(folder)


@pytest.mark.parametrize("missing", ["S6", "S11"])
def test_no_3d_of_a_subject(folder, missing):
    files.write_positions(folder, subjects=tuple(s for s in SUBJECTS if s != missing))
    with pytest.raises(InputError, match=rf"data_3d_h36m\.npz: subject {missing} is missing"):
        read(folder)


def test_no_detections_of_a_subject(folder):
    table = {
        s: {a: [files.detected(s, a, c) for c in CAMERAS] for a in files.ACTIONS}
        for s in SUBJECTS
        if s != "S9"
    }
    files.write_pixels(folder, "cpn_ft_h36m_dbb", table=table)
    with pytest.raises(InputError, match=r"cpn_ft_h36m_dbb\.npz: subject S9 is missing"):
        read(folder)


def test_several_detectors(folder):
    files.write_pixels(folder, "other")
    with pytest.raises(InputError, match=r"several detectors \(cpn_ft_h36m_dbb, other\); name"):
        read(folder)
    read(folder, detector="other")
    with pytest.raises(InputError, match=r"no data_2d_h36m_alphapose\.npz \(its detectors are cpn"):
        read(folder, detector="alphapose")


def test_joints_of_another_layout(folder):
    path = folder / "data_2d_h36m_cpn_ft_h36m_dbb.npz"
    coco = [list(range(1, 17, 2)), list(range(2, 17, 2))]
    metadata = {"layout_name": "coco", "num_joints": 17, "keypoints_symmetry": coco}
    np.savez(path, positions_2d={}, metadata=metadata)
    with pytest.raises(
        InputError, match=r"its 17 joints \(pairs \[\[1, 3, .* are neither Human3\.6M"
    ):
        read(folder)
    np.savez(path, positions_2d={}, metadata={"num_joints": 17})
    with pytest.raises(InputError, match="do not say num_joints and keypoints_symmetry"):
        read(folder)
    np.savez(path, positions_2d={})
    with pytest.raises(InputError, match="has no entry 'metadata'"):
        read(folder)


def _with(changes, *, metres=1.0):
    table = {
        s: {a: (files.world(s, a) / 1000 * metres).astype(np.float32) for a in files.ACTIONS}
        for s in SUBJECTS
    }
    table["S5"].update(changes)
    return table


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([1, 2], "no table of subjects and actions"),
        ({"S5": np.zeros(3)}, "no table of subjects and actions"),
        (
            _with({"Directions": np.zeros((5, 16, 3))}),
            r"S5/Directions: .* \[5, 16, 3\] where \[fra",
        ),
        (
            _with({"Directions": np.zeros((5, 32, 2))}),
            r"S5/Directions: .* \[5, 32, 2\] where \[fra",
        ),
        (_with({"Directions": "text"}), "S5/Directions: holds <U4"),
        (_with({"Directions": files.world("S6", "Directions") / 1000 + 2}), "not where the 2D is"),
        (_with({}, metres=1000), "not where the 2D is .*in their units"),
    ],
)
def test_3d_of_another_kind(folder, table, said):
    np.savez(folder / "data_3d_h36m.npz", positions_3d=table)
    with pytest.raises(InputError, match=said):
        read(folder)


def test_3d_in_other_units_and_no_2d(folder):
    (folder / "data_2d_h36m_cpn_ft_h36m_dbb.npz").unlink()
    np.savez(folder / "data_3d_h36m.npz", positions_3d=_with({}, metres=1000))
    with pytest.raises(
        InputError, match="S1/Directions is nowhere in the image of camera 54138969"
    ):
        read(folder)


def test_a_list_of_cameras_that_could_be_any(folder):
    table = {
        s: {a: [files.detected(s, a, c) for c in CAMERAS[1:]] for a in files.ACTIONS}
        for s in SUBJECTS
    }
    files.write_pixels(folder, "cpn_ft_h36m_dbb", table=table)
    with pytest.raises(
        InputError, match=r"S1/Directions has 3 cameras, so which .* give the missi"
    ):
        read(folder)


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (7.0, "S5/Directions holds no cameras"),
        ([1.0, 2.0, 3.0, 4.0], r"S5/Directions, camera 54138969: holds float64 \[\] where"),
        ([np.full((5, 17, 2), np.nan)] * 4, "no joint is detected"),
        ([np.zeros((5, 17, 2))] * 4, "not where the 2D is"),
    ],
)
def test_2d_of_another_kind(folder, entry, said):
    table = {
        s: {a: [files.detected(s, a, c) for c in CAMERAS] for a in files.ACTIONS} for s in SUBJECTS
    }
    table["S5"]["Directions"] = entry
    pairs = [[4, 5, 6, 11, 12, 13], [1, 2, 3, 14, 15, 16]]
    metadata = {"num_joints": 17, "keypoints_symmetry": pairs}
    path = folder / "data_2d_h36m_cpn_ft_h36m_dbb.npz"
    np.savez(path, positions_2d=table, metadata=metadata)
    with pytest.raises(InputError, match=said):
        read(folder)


def test_cameras_of_another_kind(folder):
    files.write_cameras(folder / "cameras.h5", transposed=True)
    with pytest.raises(InputError, match="subject S1: its cameras do not look at one place"):
        read(folder)
    (folder / "cameras.h5").write_bytes(b"no")
    with pytest.raises(InputError, match=r"cameras\.h5: is truncated, damaged or no HDF5 file"):
        read(folder)


@pytest.mark.parametrize(
    ("entry", "values", "said"),
    [
        ("R", np.ones((3, 3)), "R is no rotation"),
        ("k", np.zeros((2, 1)), "k has 2 numbers, not 3"),
        ("Name", np.array([[53.0], [53.0]]), "is named '55' where 54138969 belongs"),
        ("T", None, "has no 'subject9/camera1/T'"),
    ],
)
def test_a_camera_of_another_kind(folder, entry, values, said):
    with h5py.File(folder / "cameras.h5", "a") as file:
        del file[f"subject9/camera1/{entry}"]
        if values is not None:
            file[f"subject9/camera1/{entry}"] = values
    with pytest.raises(InputError, match=rf"cameras\.h5: .*{said}"):
        read(folder)


def _authors(**changes):
    return {**files.authors_table(), **changes}


def _one_camera(name, values):
    table = files.authors_table()
    table[name][CAMERAS[2]] = values
    return table


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ([], "has no subjects, poses_2d_pred, confidences"),
        (
            _authors(confidences={}),
            "has poses_2d_pred and confidences of no camera, where two or more",
        ),
        (_authors(subjects=None), "subjects is no list of numbers"),
        (_authors(subjects=[5, 6]), "subject S7 is missing"),
        (_one_camera("confidences", np.zeros((3, 16))), r"camera 58860488: confidences .* \[3, 16"),
        (_one_camera("poses_2d_pred", "x"), "camera 58860488: poses_2d_pred is <U1"),
    ],
)
def test_authors_detections_of_another_kind(tmp_path, table, said):
    files.write_authors(tmp_path, table)
    with pytest.raises(InputError, match=rf"detections\.pickle: {said}"):
        read(tmp_path)


def test_pickles_that_would_run_code(tmp_path):
    (tmp_path / "detections.pickle").write_bytes(pickle.dumps({"subjects": eval}))
    with pytest.raises(InputError, match=r"detections\.pickle: asks for builtins\.eval"):
        read(tmp_path)


def test_damaged_files_of_the_release(tmp_path):
    files.write_release(tmp_path, exact_2d=False)
    files.write_cameras(tmp_path / "cameras.h5")
    path = tmp_path / "S5" / "MyPoseFeatures" / "D3_Positions" / "Directions.cdf"
    whole = path.read_bytes()
    for content in (b"", b"no", whole[: len(whole) // 2]):
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"Directions\.cdf: is truncated, damaged or no CDF"):
            read(tmp_path)


def test_a_damaged_file_of_the_archive(tmp_path):
    files.write_archive(tmp_path)
    files.write_cameras(tmp_path / "cameras.h5")
    path = tmp_path / "h36m" / "S5" / "MyPoses" / "3D_positions" / "Directions.h5"
    with h5py.File(path, "w") as file:
        file["3D_positions"] = np.zeros((51, 9))
    with pytest.raises(InputError, match=r"3D_positions is \[51, 9\] where \[96, frame\] belongs"):
        read(tmp_path)


def test_what_to_install(tmp_path, monkeypatch):
    files.write_release(tmp_path, exact_2d=False)
    files.write_cameras(tmp_path / "cameras.h5")
    monkeypatch.setitem(sys.modules, "cdflib", None)
    with pytest.raises(
        InputError, match=r"without cdflib; run: pip install 'canonpose\[datasets\]'"
    ):
        read(tmp_path)
