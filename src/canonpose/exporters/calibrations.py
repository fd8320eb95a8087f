"""Cameras in the formats of other tools: our JSON, anipose's TOML (Pose2Sim's too), OpenCV's YAML.

Pixels, distortion (k1 k2 p1 p2 k3) and ``x_camera = R x_world + t`` are the same in all of them.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import roma
import torch
from jaxtyping import Float

from canonpose.files import write_whole
from canonpose.geometry.cameras import Camera
from canonpose.toml_text import toml_text


def write_json(
    cameras: Iterable[Camera], path: str | Path, units: str = "m", *, matrices: bool = False
) -> None:
    """Write a list of cameras, which `canonpose.readers.calibration` reads.

    Parameters
    ----------
    cameras : iterable of Camera
    path : path
    units : str
        Of their translations: "m", or "body_height" or "bone_length" of `canonpose solve`.
    matrices : bool
        Rotations as matrices, which are read back as they were to the last bit, and not as
        Rodrigues vectors.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    entries = []
    for camera in cameras:
        entry = {**_entry(camera), "units": units}
        if matrices:
            entry["rotation"] = camera.rotation.tolist()
        entries.append(entry)
    write_whole(Path(path), json.dumps(entries, indent=2) + "\n")


def write_anipose(
    cameras: Iterable[Camera], path: str | Path, notes: Mapping[str, Any] | None = None
) -> None:
    """Write anipose's calibration TOML, which Pose2Sim reads as well.

    Parameters
    ----------
    cameras : iterable of Camera
    path : path
    notes : mapping, optional
        Entries of the table ``metadata``; ``units`` there says what translations are in, metres
        without it.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    tables: dict[str, Mapping[str, Any]] = {}
    for place, camera in enumerate(cameras):
        tables[f"cam_{place:02d}"] = {**_entry(camera), "fisheye": False}
    tables["metadata"] = {"adjusted": True, **(notes or {})}
    write_whole(Path(path), toml_text({}, tables))


def write_opencv(camera: Camera, path: str | Path) -> None:
    """Write one camera as OpenCV's FileStorage reads it, by the names that its samples use.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    width, height = camera.size
    matrices = {
        "camera_matrix": camera.matrix,
        "distortion_coefficients": camera.distortion[None],
        "R": camera.rotation,
        "rvec": _rotation_vector(camera)[:, None],
        "tvec": camera.translation[:, None],
    }
    lines = ["%YAML:1.0", "---", f"image_width: {width}", f"image_height: {height}"]
    for name, matrix in matrices.items():
        rows, columns = matrix.shape
        numbers = ", ".join(repr(float(value)) for value in matrix.ravel())
        lines += [
            f"{name}: !!opencv-matrix",
            f"   rows: {rows}",
            f"   cols: {columns}",
            "   dt: d",
            f"   data: [ {numbers} ]",
        ]
    write_whole(Path(path), "\n".join(lines) + "\n")


def _entry(camera: Camera) -> dict[str, Any]:
    return {
        "name": camera.name,
        "size": list(camera.size),
        "matrix": camera.matrix.tolist(),
        "distortions": camera.distortion.tolist(),
        "rotation": _rotation_vector(camera).tolist(),
        "translation": camera.translation.tolist(),
    }


def _rotation_vector(camera: Camera) -> Float[np.ndarray, "3"]:
    rotation = torch.from_numpy(np.ascontiguousarray(camera.rotation))
    return roma.rotmat_to_rotvec(rotation).numpy()
