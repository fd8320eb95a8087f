"""Lifted poses as one npz file, and npz files in general: written whole or not at all.

Entries: ``positions``, ``joint_names``, ``scores``, ``canonical``, ``rotation``, ``keypoints``,
``units``, ``camera``, ``source``, ``root``, ``skeleton`` (JSON), and where known ``fps`` and
``image_size``. See `Poses` for shapes, frames and units. Nothing is ever pickled.
"""

import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.files import written_whole
from canonpose.skeleton import Skeleton

_JOINT_AXES = {"positions": (3,), "scores": (), "canonical": (3,), "keypoints": (2,)}
_TEXTS = ("units", "camera", "source", "root", "skeleton")
_NEEDED = (*_JOINT_AXES, "rotation", "joint_names", *_TEXTS)


def save_poses(poses: Poses, path: str | Path) -> None:
    """Write lifted poses to an npz file, which `load_poses` reads.

    Raises
    ------
    InputError
        If the file cannot be written; what was there before is still there.
    """
    skeleton = poses.skeleton
    arrays = {
        "positions": poses.positions.astype(np.float32),
        "joint_names": np.array(skeleton.joints),
        "scores": poses.scores.astype(np.float32),
        "canonical": poses.canonical.astype(np.float32),
        "rotation": poses.rotation.astype(np.float32),
        "keypoints": poses.keypoints.astype(np.float32),
        "units": np.array(poses.units),
        "camera": np.array(poses.camera),
        "source": np.array(poses.source),
        "root": np.array(skeleton.root),
        "skeleton": np.array(json.dumps(skeleton.to_dict())),
    }
    if poses.fps is not None:
        arrays["fps"] = np.array(float(poses.fps))
    if poses.image_size is not None:
        arrays["image_size"] = np.array(poses.image_size, dtype=np.int64)
    write_arrays(arrays, path)


def load_poses(path: str | Path) -> Poses:
    """Read poses that `save_poses` wrote.

    Raises
    ------
    InputError
        If the file is missing, damaged or something else.
    """
    path = Path(path)
    arrays = read_arrays(path, _NEEDED, what="poses of canonpose lift")
    texts = {name: str(arrays[name]) for name in _TEXTS}
    skeleton = _skeleton_of(texts["skeleton"], path)
    if tuple(map(str, arrays["joint_names"].ravel())) != skeleton.joints:
        raise InputError(f"{path}: its joint_names are not those of its skeleton; lift again.")
    _check_shapes(arrays, len(skeleton), path)
    return Poses(
        positions=arrays["positions"],
        scores=arrays["scores"],
        canonical=arrays["canonical"],
        rotation=arrays["rotation"],
        keypoints=arrays["keypoints"],
        skeleton=skeleton,
        units=texts["units"],
        fps=float(arrays["fps"]) if arrays.get("fps", np.empty(0)).size == 1 else None,
        image_size=_image_size(arrays.get("image_size", np.empty(0))),
        camera=texts["camera"],
        source=texts["source"],
    )


def write_arrays(arrays: Mapping[str, np.ndarray], path: str | Path) -> None:
    """Write an npz file whole or not at all.

    Raises
    ------
    InputError
        If it cannot be written; what was there before is still there.
    """
    entries: dict[str, Any] = dict(arrays)
    with written_whole(Path(path)) as temporary, temporary.open("wb") as file:
        np.savez_compressed(file, **entries)


def read_arrays(path: Path, needed: Sequence[str], *, what: str) -> dict[str, np.ndarray]:
    """All arrays of an npz file, without unpickling anything.

    Parameters
    ----------
    path : path
        The npz file.
    needed : sequence of str
        Entries that must be there.
    what : str
        What the file should hold, for the message.

    Raises
    ------
    InputError
        If it cannot be read, is no npz, is damaged, holds pickled objects or lacks an entry.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            if isinstance(file, np.ndarray):
                raise InputError(f"{path}: is a single array; give an npz file with {what}.")
            if missing := [name for name in needed if name not in file.files]:
                raise InputError(
                    f"{path}: has no entry {missing[0]!r}, so it does not hold {what}; "
                    f"give the right file."
                )
            return {name: file[name] for name in file.files}
    except InputError:
        raise
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror or error}); check the path."
        ) from error
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(
            f"{path}: is damaged, or is no npz file of plain arrays (pickles are never opened); "
            f"write it again."
        ) from error


def _skeleton_of(text: str, path: Path) -> Skeleton:
    try:
        table = json.loads(text)
        if not isinstance(table, dict):
            raise InputError("must be a table")
        return Skeleton.from_dict(table)
    except (json.JSONDecodeError, InputError, TypeError) as error:
        raise InputError(f"{path}: its skeleton is damaged ({error}); lift again.") from error


def _check_shapes(arrays: Mapping[str, np.ndarray], joints: int, path: Path) -> None:
    positions = arrays["positions"]
    frames = len(positions) if positions.ndim else 0
    wanted = {name: (frames, joints, *space) for name, space in _JOINT_AXES.items()}
    wanted["rotation"] = (frames, 3, 3)
    for name, shape in wanted.items():
        array = arrays[name]
        if array.shape != shape or not np.issubdtype(array.dtype, np.floating):
            raise InputError(
                f"{path}: its {name!r} is {array.dtype} {list(array.shape)} where floats "
                f"{list(shape)} belong; lift again."
            )


def _image_size(entry: np.ndarray) -> tuple[int, int] | None:
    return (int(entry.flat[0]), int(entry.flat[1])) if entry.size == 2 else None
