import errno
import pickle

import numpy as np
import pytest

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.exporters.npz import load_poses, save_poses
from canonpose.skeleton import layout


def some_poses(**changes):
    rng = np.random.default_rng(0)
    skeleton = layout("coco17")
    frames, joints = 4, len(skeleton)
    table = {
        "positions": rng.normal(size=(frames, joints, 3)).astype(np.float32),
        "scores": rng.random((frames, joints)).astype(np.float32),
        "canonical": rng.normal(size=(frames, joints, 3)).astype(np.float32),
        "rotation": np.tile(np.eye(3, dtype=np.float32), (frames, 1, 1)),
        "keypoints": rng.normal(size=(frames, joints, 2)).astype(np.float32),
        "skeleton": skeleton,
        "units": "m",
        "fps": 59.94,
        "image_size": (1920, 1080),
        "camera": "c01",
        "source": "takes/one/c01.npz",
    }
    return Poses(**(table | changes))


@pytest.mark.parametrize("known", [{}, {"fps": None, "image_size": None, "camera": ""}])
def test_what_is_saved_is_loaded(tmp_path, known):
    saved = some_poses(**known)
    save_poses(saved, tmp_path / "out.npz")
    loaded = load_poses(tmp_path / "out.npz")
    for name in ("positions", "scores", "canonical", "rotation", "keypoints"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(saved, name))
    for name in ("units", "fps", "image_size", "camera", "source"):
        assert getattr(loaded, name) == getattr(saved, name)
    assert loaded.skeleton.to_dict() == saved.skeleton.to_dict()
    assert [path.name for path in tmp_path.iterdir()] == ["out.npz"]


def test_others_can_read_it_without_canonpose(tmp_path):
    save_poses(some_poses(), tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz", allow_pickle=False) as file:
        assert file["root"] == "pelvis" and file["fps"] == 59.94
        assert file["joint_names"][0] == "nose"


def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch):
    path = tmp_path / "out.npz"
    save_poses(some_poses(), path)
    before = path.read_bytes()

    def full(file, **arrays):
        file.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(InputError, match=r"out\.npz: cannot be written \(No space left"):
        save_poses(some_poses(), path)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_nothing(tmp_path, monkeypatch):
    def interrupted(file, **arrays):
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez_compressed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        save_poses(some_poses(), tmp_path / "out.npz")
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        save_poses(some_poses(), tmp_path / "file" / "out.npz")


def damaged_files(path):
    save_poses(some_poses(), path)
    whole = path.read_bytes()
    with np.load(path) as file:
        entries = dict(file)
    yield whole[:-300], "damaged"
    yield b"", "is empty"
    yield pickle.dumps({"a": 1}), "pickle"
    for changes, message in (
        ({"positions": np.zeros((4, 2, 3))}, "'positions'"),
        ({"rotation": np.zeros((4, 3))}, "'rotation'"),
        ({"scores": np.array([{}])}, "pickle"),
        ({"skeleton": np.array("{")}, "skeleton is damaged"),
        ({"skeleton": np.array("[]")}, "skeleton is damaged"),
        ({"joint_names": np.array(["nose"])}, "joint_names"),
    ):
        np.savez(path, **(entries | changes))
        yield path.read_bytes(), message
    del entries["canonical"]
    np.savez(path, **entries)
    yield path.read_bytes(), "no entry 'canonical'"


def test_damaged_files_are_named(tmp_path):
    for content, message in damaged_files(tmp_path / "made.npz"):
        (tmp_path / "bad.npz").write_bytes(content)
        with pytest.raises(InputError, match=message) as caught:
            load_poses(tmp_path / "bad.npz")
        assert "bad.npz" in str(caught.value)
    with pytest.raises(InputError, match="check the path"):
        load_poses(tmp_path / "none.npz")
