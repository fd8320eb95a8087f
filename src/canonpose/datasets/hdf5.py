"""HDF5 files, MATLAB's of version 7.3 among them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from canonpose.errors import InputError
from canonpose.files import short_list


def read_hdf5(path: Path, names: Sequence[str], *, what: str) -> dict[str, np.ndarray]:
    """Some arrays of an HDF5 file.

    MATLAB writes its arrays column by column, so that its last axis comes first here.

    Parameters
    ----------
    path : path
        The file.
    names : sequence of str
        Of the arrays.
    what : str
        The folder that should be given, for the message.

    Raises
    ------
    InputError
        If h5py is not installed, or the file is missing, damaged or lacks an array.
    """
    try:
        import h5py
    except ImportError as error:
        raise InputError(
            f"{path}: cannot be read without h5py; run: pip install 'canonpose[datasets]'."
        ) from error
    if not path.is_file():
        raise InputError(f"{path}: is missing; give {what}.")
    try:
        with h5py.File(path, "r") as file:
            if missing := [name for name in names if not isinstance(file.get(name), h5py.Dataset)]:
                raise InputError(
                    f"{path}: has no {missing[0]!r} (it has {short_list(file)}); copy the official "
                    f"file again."
                )
            arrays = {name: np.asarray(file[name]) for name in names}
    except (OSError, RuntimeError, KeyError) as error:
        raise InputError(
            f"{path}: is truncated, damaged or no HDF5 file; copy it again."
        ) from error
    if wrong := [name for name, array in arrays.items() if array.dtype.kind not in "fiub"]:
        raise InputError(f"{path}: {wrong[0]!r} holds no numbers; copy the official file again.")
    return arrays
