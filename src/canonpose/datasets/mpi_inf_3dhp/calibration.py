"""``camera.calibration``: cameras in Skeletool's text format, as MPI-INF-3DHP has them."""

from pathlib import Path

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.files import read_text
from canonpose.geometry.cameras import UNITS_IN_METRES, Camera


def read_skeletool(path: Path) -> dict[str, Camera]:
    """The cameras of a Skeletool calibration, by name.

    Each camera has a line ``name``, and below it ``size``, ``intrinsic`` and ``extrinsic``: 4x4
    matrices row by row, the latter from the world to the camera, in mm.

    Raises
    ------
    InputError
        If the file cannot be read, or a camera of it is incomplete.
    """
    lines = read_text(path, "is not text; copy it again").splitlines()
    entries: dict[str, dict[str, list[str]]] = {}
    current: dict[str, list[str]] = {}
    for words in map(str.split, lines[1:]):
        if len(words) > 1 and words[0] == "name":
            current = entries.setdefault(words[1], {})
        elif words:
            current[words[0]] = words[1:]
    if not entries:
        raise InputError(f"{path}: holds no camera; copy the official file again.")
    return {name: _camera(name, entry, path) for name, entry in entries.items()}


def _camera(name: str, entry: dict[str, list[str]], path: Path) -> Camera:
    size = _numbers(name, entry, "size", 2, path)
    intrinsic = _numbers(name, entry, "intrinsic", 16, path).reshape(4, 4)
    extrinsic = _numbers(name, entry, "extrinsic", 16, path).reshape(4, 4)
    return Camera(
        name=name,
        size=(int(size[0]), int(size[1])),
        matrix=intrinsic[:3, :3],
        distortion=np.zeros(5),
        rotation=extrinsic[:3, :3],
        translation=extrinsic[:3, 3] * UNITS_IN_METRES["mm"],
    )


def _numbers(
    name: str, entry: dict[str, list[str]], word: str, count: int, path: Path
) -> Float[np.ndarray, " count"]:
    try:
        values = np.array([float(value) for value in entry.get(word, [])])
    except ValueError:
        values = np.empty(0)
    if values.shape != (count,) or not np.isfinite(values).all():
        raise InputError(
            f"{path}: camera {name!r} has no {count} numbers {word!r}; copy the official file "
            f"again."
        )
    return values
