"""The cameras, from the file ``cameras.h5`` that goes round with Human3.6M.

Each camera of a subject is a group, ``subject1/camera1`` and so on, of ``Name`` (letters as
numbers), ``R`` [3, 3], ``T`` [3, 1] (the camera's place in the world, mm), ``f`` and ``c`` [2, 1]
(pixels), ``k`` [3, 1] and ``p`` [2, 1] (the lens). MATLAB wrote R, so that h5py sees it transposed,
from the camera to the world: ``x_camera = R.T @ (x_world - T)``.

The lens is Brown and Conrady's. Other projects leave out the factor 2 of its tangential terms,
which moves a pixel by 1.4 at most.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from canonpose.datasets.hdf5 import read_hdf5
from canonpose.datasets.human36m.protocol import CAMERAS
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.geometry.cameras import UNITS_IN_METRES, Camera

_ENTRIES = {"Name": None, "R": 9, "T": 3, "f": 2, "c": 2, "k": 3, "p": 2}
_NUMBERED = {f"camera{number}": name for number, name in enumerate(CAMERAS, start=1)}
_MISS = 1.0
"""Metres. Lines of sight that all miss one point by more do not belong to cameras around a room."""


def read_cameras(path: Path, subjects: Sequence[str]) -> dict[str, dict[str, Camera]]:
    """The four cameras of each subject; rigs differ between subjects.

    Returns
    -------
    dict
        Subject to camera name to camera, in metres.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a subject, or is not of that layout.
    """
    groups = {
        (subject, camera): f"subject{subject.removeprefix('S')}/{camera}"
        for subject in subjects
        for camera in _NUMBERED
    }
    names = [f"{group}/{entry}" for group in groups.values() for entry in _ENTRIES]
    arrays = read_hdf5(path, names, what="the cameras.h5 of 3d-pose-baseline")
    rigs: dict[str, dict[str, Camera]] = {subject: {} for subject in subjects}
    for (subject, number), group in groups.items():
        entries = {entry: arrays[f"{group}/{entry}"] for entry in _ENTRIES}
        rigs[subject][_NUMBERED[number]] = _camera(entries, _NUMBERED[number], f"{path}: {group}")
    for subject, rig in rigs.items():
        _check_lines_of_sight_meet(rig, f"{path}: subject {subject}")
    return rigs


def _camera(entries: Mapping[str, np.ndarray], name: str, where: str) -> Camera:
    for entry, count in _ENTRIES.items():
        if count is not None and entries[entry].size != count:
            raise InputError(
                f"{where}: {entry} has {entries[entry].size} numbers, not {count}; copy the file "
                f"again."
            )
    written = "".join(chr(int(letter)) for letter in entries["Name"].ravel())
    if written != name:
        raise InputError(
            f"{where}: is named {written!r} where {name} belongs; use a file with the cameras in "
            f"the order {short_list(CAMERAS)}."
        )
    rotation = entries["R"].reshape(3, 3).T.astype(np.float64)
    if not np.allclose(rotation @ rotation.T, np.eye(3), atol=1e-4):
        raise InputError(f"{where}: R is no rotation; copy the file again.")
    (fx, fy), (cx, cy) = entries["f"].ravel(), entries["c"].ravel()
    (k1, k2, k3), (p1, p2) = entries["k"].ravel(), entries["p"].ravel()
    return Camera(
        name=name,
        size=CAMERAS[name],
        matrix=np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]], dtype=np.float64),
        distortion=np.array([k1, k2, p1, p2, k3], dtype=np.float64),
        rotation=rotation,
        translation=-rotation @ entries["T"].ravel() * UNITS_IN_METRES["mm"],
    )


def _check_lines_of_sight_meet(rig: Mapping[str, Camera], where: str) -> None:
    """Refuse rotations that were written the other way round."""
    across = [np.eye(3) - np.outer(c.rotation[2], c.rotation[2]) for c in rig.values()]
    centres = [camera.centre for camera in rig.values()]
    moved = [a @ centre for a, centre in zip(across, centres, strict=True)]
    nearest = np.linalg.lstsq(np.sum(across, axis=0), np.sum(moved, axis=0), rcond=None)[0]
    misses = [
        np.linalg.norm(a @ (nearest - centre)) for a, centre in zip(across, centres, strict=True)
    ]
    if max(misses) > _MISS:
        raise InputError(
            f"{where}: its cameras do not look at one place, so R or T are not as 3d-pose-baseline "
            f"has them (R of the camera in the world as MATLAB writes it, T in mm); use its file."
        )
