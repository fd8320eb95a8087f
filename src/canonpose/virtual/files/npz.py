"""Motion in canonpose's own 3D file."""

from pathlib import Path

import numpy as np

from canonpose.errors import InputError
from canonpose.readers.reference import read_reference
from canonpose.virtual.files.raw import RawMotion


def read_npz(path: Path) -> RawMotion:
    """Read a 3D file as motion; joints that are not valid become NaN.

    Raises
    ------
    InputError
        If it cannot be read, or has no frame rate.
    """
    reference = read_reference(path)
    if not reference.fps or reference.fps <= 0:
        raise InputError(f"{path}: has no frame rate; add an entry 'fps'.")
    positions = np.where(reference.valid[..., None], reference.positions, np.nan)
    return RawMotion(positions, reference.joints, reference.fps, units="mm")
