"""Lifted poses as one npz file.

Entries: ``positions``, ``joint_names``, ``scores``, ``canonical``, ``rotation``, ``keypoints``,
``units``, ``camera``, ``source``, ``person``, ``root``, ``skeleton`` (JSON), and where known
``fps``, ``image_size`` and ``sigma``. See `Poses` for shapes, frames and units.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.npz import read_arrays, write_arrays
from canonpose.skeleton import Skeleton

_JOINT_AXES = {"positions": (3,), "scores": (), "canonical": (3,), "keypoints": (2,)}
_TEXTS = ("units", "camera", "source", "person", "root", "skeleton")
_NEEDED = (*_JOINT_AXES, "rotation", "joint_names", *_TEXTS)
_OPTIONAL = ("fps", "image_size", "sigma")


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
        "person": np.array(poses.person),
        "root": np.array(skeleton.root),
        "skeleton": np.array(json.dumps(skeleton.to_dict())),
    }
    if poses.fps is not None:
        arrays["fps"] = np.array(float(poses.fps))
    if poses.image_size is not None:
        arrays["image_size"] = np.array(poses.image_size, dtype=np.int64)
    if poses.sigma is not None:
        arrays["sigma"] = poses.sigma.astype(np.float32)
    write_arrays(arrays, path)


def load_poses(path: str | Path) -> Poses:
    """Read poses that `save_poses` wrote.

    Raises
    ------
    InputError
        If the file is missing, damaged or something else.
    """
    path = Path(path)
    arrays = read_arrays(path, _NEEDED, _OPTIONAL, what="poses of canonpose lift")
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
        person=texts["person"],
        sigma=arrays.get("sigma"),
    )


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
    if "sigma" in arrays:
        wanted["sigma"] = (frames, joints)
    for name, shape in wanted.items():
        array = arrays[name]
        if array.shape != shape or not np.issubdtype(array.dtype, np.floating):
            raise InputError(
                f"{path}: its {name!r} is {array.dtype} {list(array.shape)} where floats "
                f"{list(shape)} belong; lift again."
            )


def _image_size(entry: np.ndarray) -> tuple[int, int] | None:
    return (int(entry.flat[0]), int(entry.flat[1])) if entry.size == 2 else None
