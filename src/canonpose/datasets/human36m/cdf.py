"""Poses in the release's own files, of NASA's Common Data Format."""

from pathlib import Path

import numpy as np

from canonpose.errors import InputError

_POSE = "Pose"


def read_poses(path: Path) -> np.ndarray:
    """The poses of a file, [frame, joints * space].

    Raises
    ------
    InputError
        If cdflib is not installed, or the file is missing, damaged or has no poses.
    """
    try:
        import cdflib
    except ImportError as error:
        raise InputError(
            f"{path}: cannot be read without cdflib; run: pip install 'canonpose[datasets]'."
        ) from error
    if not path.is_file():
        raise InputError(f"{path}: is missing; unpack the release's archives again.")
    try:
        poses = np.asarray(cdflib.CDF(path).varget(_POSE))
    except Exception as error:  # cdflib raises whatever a damaged file leads it to
        raise InputError(
            f"{path}: is truncated, damaged or no CDF file with poses; unpack it again."
        ) from error
    if poses.ndim not in (2, 3) or poses.dtype.kind not in "fiu":
        raise InputError(f"{path}: {_POSE} holds no poses; unpack it again.")
    return poses.reshape(-1, poses.shape[-1])
