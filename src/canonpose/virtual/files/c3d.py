"""Motion in C3D files, through ``ezc3d``."""

import re
import struct
from pathlib import Path
from typing import Any

import numpy as np

from canonpose.errors import InputError
from canonpose.files import unreadable
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.virtual.files.raw import RawMotion

BLOCK = 512
"""Bytes; C3D files count in blocks."""


def read_c3d(path: Path) -> RawMotion:
    """Read the points of a C3D file; those that were not seen are NaN.

    Points are taken as joints where their names mean joint centres (``LKJC``), else they keep
    their names as markers.

    Raises
    ------
    InputError
        If ``ezc3d`` is not installed, or the file is none, is cut off or has no points.
    """
    try:
        import ezc3d  # type: ignore[import-untyped, unused-ignore]
    except ImportError as error:
        raise InputError(
            f"{path}: reading C3D needs the package ezc3d; install canonpose[motion]."
        ) from error
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error
    try:
        file = ezc3d.c3d(str(path))
    except Exception as error:  # the library raises plain exceptions of several kinds
        raise InputError(f"{path}: is cut off or no C3D file; export it again.") from error
    point = file["parameters"]["POINT"]
    names, frames = _labels(point), file["data"]["points"].shape[2]
    if not names or frames == 0:
        raise InputError(f"{path}: holds no points; export it with marker or joint positions.")
    if frames < (declared := _declared_frames(data)):
        raise InputError(
            f"{path}: is cut off, {frames} of {declared} frames are there; export it again."
        )
    places = [place for place, name in enumerate(names) if name not in names[:place]]
    units = str((point["UNITS"]["value"] or [""])[0]).strip().casefold() if "UNITS" in point else ""
    positions = file["data"]["points"][:3, places].transpose(2, 1, 0)
    seen = file["data"]["meta_points"]["residuals"][0, places].T >= 0
    return RawMotion(
        np.where(seen[..., None], positions, np.nan),
        tuple(names[place] for place in places),
        float(point["RATE"]["value"][0]),
        units=units if units in UNITS_IN_METRES else None,
    )


def _labels(point: Any) -> list[str]:
    """All labels; long lists go on in LABELS2, LABELS3, ..."""
    entries = [key for key in point if re.fullmatch(r"LABELS\d*", key)]
    entries.sort(key=lambda key: int(key[6:] or 1))
    labels = [str(label).strip() for key in entries for label in point[key]["value"]]
    return labels[: int(point["USED"]["value"][0])]


def _declared_frames(data: bytes) -> int:
    """How many frames the header says; the library itself counts those that it finds.

    Words 4 and 5 of the header are the first and the last frame; 0 where they are too many for it.
    """
    first, last = struct.unpack_from(_byte_order(data) + "HH", data, 6)
    return 0 if last == 2**16 - 1 else last - first + 1


def _byte_order(data: bytes) -> str:
    """Of the processor that the parameter section names (MIPS is 86)."""
    processor = data[(data[0] - 1) * BLOCK + 3]
    return ">" if processor == 86 else "<"
