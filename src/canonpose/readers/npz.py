"""canonpose's own keypoint file: one person, one camera, as arrays in an npz."""

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from canonpose.errors import InputError
from canonpose.readers.checks import cleaned, fps_or_none, image_size_or_none, stacked
from canonpose.readers.detections import Detections
from canonpose.readers.files import short_list, unreadable
from canonpose.readers.layouts import by_count, by_names
from canonpose.skeleton import Skeleton

NEEDED = ("keypoints",)
OPTIONAL = ("scores", "joint_names", "fps", "image_size")


_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    KeyError,
    ValueError,
    RuntimeError,
    MemoryError,
)
"""What numpy and zipfile raise for files cut off, patched or encrypted."""


def read_npz(path: Path, layout: Skeleton | None = None) -> Detections:
    """The one person in an npz keypoint file.

    Raises
    ------
    InputError
        If the file is no such npz, is truncated, holds pickled objects, or its arrays do not fit
        each other or the skeleton.

    """
    where = str(path)
    entries = _load(path)
    people = stacked(entries["keypoints"], entries.get("scores"), where)
    names = entries.get("joint_names")
    if names is None:
        if layout is None:
            raise InputError(
                f"{where}: has no entry 'joint_names'; add it, or pass the layout of its joints."
            )
        skeleton, order = by_count(people.shape[2], layout, {}, where), np.arange(people.shape[2])
    else:
        if names.shape != (people.shape[2],) or names.dtype.kind != "U":
            raise InputError(
                f"{where}: joint_names must be {people.shape[2]} strings, one a joint; "
                f"write the file again."
            )
        skeleton, order = by_names(names.tolist(), layout, where)
    return Detections(
        cleaned(people[:, :, order], where),
        skeleton,
        source=where,
        fps=fps_or_none(_plain(entries.get("fps")), where),
        image_size=image_size_or_none(_plain(entries.get("image_size")), where),
    )


def _array(entry: Any) -> np.ndarray:
    """Refuse what is no array: numpy hands out other zip members as bytes."""
    if not isinstance(entry, np.ndarray):
        raise ValueError("no array")
    return entry


def _plain(entry: np.ndarray | None) -> Any:
    return None if entry is None else entry.tolist()


def _load(path: Path) -> dict[str, np.ndarray]:
    """The file's entries that we read; nothing is ever unpickled."""
    _check_first_bytes(path)
    name = ""
    try:
        with np.load(path, allow_pickle=False) as file:
            if missing := [name for name in NEEDED if name not in file.files]:
                raise InputError(
                    f"{path}: has no entry {missing[0]!r} (it has {short_list(file.files)}), "
                    f"so it is no 2D keypoint file; check the path."
                )
            entries = {}
            for name in (*NEEDED, *OPTIONAL):
                if name in file.files:
                    entries[name] = _array(file[name])
            return entries
    except InputError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    except _DAMAGE as error:
        if "allow_pickle" in str(error):
            raise InputError(
                f"{path}: entry {name!r} holds pickled Python objects, which canonpose never "
                f"opens since they can run code; save plain numbers and strings."
            ) from error
        raise InputError(
            f"{path}: is truncated or damaged; copy or write the file again."
        ) from error


def _check_first_bytes(path: Path) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(6)
    except OSError as error:
        raise unreadable(path, error) from error
    if head.startswith(b"PK"):
        return
    if head == b"\x93NUMPY":
        reason = "is a single array (npy)"
    elif head.startswith(b"\x80"):
        reason = "is a pickle, which canonpose never opens since it can run code"
    elif not head:
        reason = "is empty"
    else:
        reason = "is no npz file"
    raise InputError(f"{path}: {reason}; save the keypoints with numpy.savez.")
