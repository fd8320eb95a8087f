"""Pickle and npz files from others, opened without trusting them."""

import pickle
import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast

import numpy as np

from canonpose.errors import InputError
from canonpose.files import short_list, unreadable
from canonpose.pickles.makers import ADMITTED, finished

_DAMAGE = (
    pickle.UnpicklingError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OverflowError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What pickle and zipfile raise for files that are cut off, patched or of another kind."""


def read_pickle(path: Path, *, what: str, encoding: str = "latin1") -> Any:
    """Unpickle dicts, lists, tuples, strings, numbers and numpy arrays.

    Parameters
    ----------
    path : path
        A file of any pickle protocol, written under any version of numpy or Python.
    what : str
        What the file should hold, for the message.
    encoding : str
        Of the strings of Python 2; "bytes" leaves them bytes.

    Raises
    ------
    InputError
        If it cannot be read, is no pickle, is cut off, or asks for any other class or function.
    """
    try:
        with path.open("rb") as file:
            return _unpickled(file, path, what, encoding)
    except InputError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    except _DAMAGE as error:
        raise InputError(
            f"{path}: is truncated, damaged or no pickle; give a file with {what}, or copy it "
            f"again."
        ) from error


def read_npz_object(path: Path, entry: str, *, what: str) -> Any:
    """One entry of an npz file, even where it is a pickled object.

    Parameters
    ----------
    path : path
        The npz file.
    entry : str
        Its name, without ".npy".
    what : str
        What the file should hold, for the message.

    Returns
    -------
    Any
        An array; the object itself where the entry is an array [] of one object.

    Raises
    ------
    InputError
        If it cannot be read, is no npz, is damaged, lacks the entry, or the entry asks for
        classes or functions other than numpy's arrays.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            if entry not in names:
                raise InputError(
                    f"{path}: has no entry {entry!r} (it has {short_list(names)}), so it does not "
                    f"hold {what}; check the path."
                )
            with archive.open(archive.namelist()[names.index(entry)]) as file:
                return _npy(cast(BufferedIOBase, file), path, what)
    except InputError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    except _DAMAGE as error:
        raise InputError(
            f"{path}: is truncated, damaged or no npz; give a file with {what}, or copy it again."
        ) from error


def _npy(file: BufferedIOBase, path: Path, what: str) -> Any:
    read_header: dict[tuple[int, int], Callable[..., Any]] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(file)
    shape, fortran, dtype = read_header[version](file)
    if dtype.hasobject:
        array = _unpickled(file, path, what, "latin1")
        if not isinstance(array, np.ndarray) or array.shape != shape:
            raise ValueError("another array than its header says")
    else:
        content = bytearray(file.read())
        array = np.frombuffer(content, dtype).reshape(shape, order="F" if fortran else "C")
    while file.read(1 << 20):  # the zip's checksum is compared at its end only
        pass
    return array.item() if array.shape == () else array


def _unpickled(file: BufferedIOBase, path: Path, what: str, encoding: str) -> Any:
    # The unpickler goes before its data are finished, for it holds the bytes of all arrays.
    value = _Unpickler(file, path, what, encoding).load()
    return finished(value, {})


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BufferedIOBase, path: Path, what: str, encoding: str):
        super().__init__(file, encoding=encoding)
        self._path, self._what = path, what

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in ADMITTED:
            return ADMITTED[module, name]
        raise InputError(
            f"{self._path}: asks for {module}.{name}, and a pickle of more than plain data and "
            f"numpy arrays can run code, so it stays closed; save {self._what} as plain arrays."
        )
