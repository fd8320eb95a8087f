"""npz files of plain arrays: nothing is ever unpickled, and nothing half-written."""

import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from canonpose.errors import InputError
from canonpose.files import short_list, unreadable, written_whole

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


def read_arrays(
    path: Path, needed: Sequence[str], optional: Sequence[str] = (), *, what: str
) -> dict[str, np.ndarray]:
    """Some entries of an npz file.

    Parameters
    ----------
    path : path
        The npz file.
    needed, optional : sequence of str
        Entries that must and that may be there; others are not looked at.
    what : str
        What the file should hold, for the message.

    Raises
    ------
    InputError
        If it cannot be read, is no npz, is damaged, holds pickled objects or lacks an entry.
    """
    _check_first_bytes(path, what)
    name = ""
    try:
        with np.load(path, allow_pickle=False) as file:
            if missing := [name for name in needed if name not in file.files]:
                raise InputError(
                    f"{path}: has no entry {missing[0]!r} (it has {short_list(file.files)}), so "
                    f"it does not hold {what}; check the path."
                )
            entries = {}
            for name in (*needed, *optional):
                if name in file.files:
                    entries[name] = _array(file[name])
            return entries
    except InputError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    except _DAMAGE as error:
        if name and "allow_pickle" in str(error):
            raise InputError(
                f"{path}: entry {name!r} holds pickled Python objects, which canonpose never "
                f"opens since they can run code; save plain numbers and strings."
            ) from error
        raise InputError(
            f"{path}: is truncated or damaged; copy or write the file again."
        ) from error


def entry_names(path: Path) -> frozenset[str]:
    """The names of an npz file's entries, none of which is read; of any other file none."""
    try:
        with zipfile.ZipFile(path) as file:
            return frozenset(name.removesuffix(".npy") for name in file.namelist())
    except (OSError, *_DAMAGE):
        return frozenset()


def _array(entry: Any) -> np.ndarray:
    """Refuse what is no array: numpy hands out other zip members as bytes."""
    if not isinstance(entry, np.ndarray):
        raise ValueError("no array")
    return entry


def _check_first_bytes(path: Path, what: str) -> None:
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
    raise InputError(f"{path}: {reason}; give an npz file with {what}, as numpy.savez writes it.")
