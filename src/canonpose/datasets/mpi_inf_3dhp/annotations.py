"""MATLAB files of MPI-INF-3DHP: training in the old format, testing in HDF5 (v7.3)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datasets.hdf5 import read_hdf5
from canonpose.errors import InputError
from canonpose.files import unreadable
from canonpose.skeleton import layout

RELEASE = "the folder that holds S1 to S8 and TS1 to TS6 as the official release unpacks"
SKELETON = layout("mpi_inf_3dhp")
"""The 17 joints of the test set, which are used of the training set too."""
TRAINING_JOINTS = (
    "spine_3",
    "spine_4",
    "spine_2",
    "spine",
    "pelvis",
    "neck",
    "head",
    "head_top",
    "left_clavicle",
    "left_shoulder",
    "left_elbow",
    "left_wrist",
    "left_hand",
    "right_clavicle",
    "right_shoulder",
    "right_elbow",
    "right_wrist",
    "right_hand",
    "left_hip",
    "left_knee",
    "left_ankle",
    "left_foot",
    "left_toe",
    "right_hip",
    "right_knee",
    "right_ankle",
    "right_foot",
    "right_toe",
)
"""In the order of the files."""
_USED = np.array([TRAINING_JOINTS.index(joint) for joint in SKELETON.joints])


@dataclass(frozen=True, eq=False)
class Annotation:
    """What is known of one video."""

    pixels: Float[np.ndarray, "frame joint 2"]
    positions: Float[np.ndarray, "frame joint 3"]
    """In the camera's frame, in mm."""

    def __len__(self) -> int:
        return len(self.pixels)


def read_training(path: Path, cameras: tuple[int, ...]) -> dict[int, Annotation]:
    """The annotations of some cameras of one sequence, from its ``annot.mat``.

    Parameters
    ----------
    path : path
        With ``annot2`` and ``annot3``: a cell for each camera, of arrays [frame, joints x 2 or 3].
    cameras : tuple of int
        Numbers from 0.

    Raises
    ------
    InputError
        If the file cannot be read or is of another layout.
    """
    entries = _load_matlab5(path, ("annot2", "annot3"))
    found = {}
    for camera in cameras:
        pixels = _cell(path, entries, "annot2", camera, 2)
        positions = _cell(path, entries, "annot3", camera, 3)
        if len(pixels) != len(positions):
            raise InputError(
                f"{path}: camera {camera} has 2D of {len(pixels)} frames and 3D of "
                f"{len(positions)}; copy the file again."
            )
        found[camera] = Annotation(pixels, positions)
    return found


def read_test(path: Path) -> tuple[Annotation, Bool[np.ndarray, "frame"]]:
    """The annotations of one test sequence, from its ``annot_data.mat``.

    The 3D is ``univ_annot3``, the body scaled to one size for all people, which the official
    evaluation uses.

    Returns
    -------
    annotation : Annotation
        Of all frames.
    valid : array [frame]
        Which frames the official evaluation scores.

    Raises
    ------
    InputError
        If h5py is missing, or the file cannot be read or is of another layout.
    """
    joints = len(SKELETON)
    arrays = read_hdf5(path, ("annot2", "univ_annot3", "valid_frame"), what=RELEASE)
    valid = arrays["valid_frame"].ravel() == 1
    frames = len(valid)
    for name, space in (("annot2", 2), ("univ_annot3", 3)):
        if arrays[name].shape not in ((frames, 1, joints, space), (frames, joints, space)):
            raise InputError(
                f"{path}: {name} is {list(arrays[name].shape)} where [{frames} frames, 1, "
                f"{joints}, {space}] belongs; copy the file again."
            )
    annotation = Annotation(
        arrays["annot2"].reshape(frames, joints, 2).astype(np.float32),
        arrays["univ_annot3"].reshape(frames, joints, 3).astype(np.float32),
    )
    return annotation, valid


def _cell(
    path: Path, entries: dict[str, Any], name: str, camera: int, space: int
) -> Float[np.ndarray, "frame joint space"]:
    cells = entries[name].ravel()
    width = len(TRAINING_JOINTS) * space
    cell: Any = cells[camera] if camera < len(cells) else np.empty(0)
    if not isinstance(cell, np.ndarray) or cell.ndim != 2 or cell.shape[1] != width:
        raise InputError(
            f"{path}: {name} of camera {camera} is not [frame, {width}], the "
            f"{len(TRAINING_JOINTS)} joints of the official release; copy the file again."
        )
    joints = cell.reshape(len(cell), len(TRAINING_JOINTS), space)
    return joints[:, _USED].astype(np.float32)


def _load_matlab5(path: Path, names: tuple[str, ...]) -> dict[str, Any]:
    from scipy.io import loadmat  # slow to import, for readers of other files

    try:
        entries: dict[str, Any] = loadmat(str(path), variable_names=names, appendmat=False)
    except FileNotFoundError as error:
        raise InputError(f"{path}: is missing; give {RELEASE}.") from error
    except OSError as error:
        raise unreadable(path, error) from error
    except Exception as error:  # loadmat raises whatever a damaged file leads it to
        raise InputError(
            f"{path}: is truncated, damaged or no MATLAB file; copy it again."
        ) from error
    if missing := [name for name in names if name not in entries]:
        raise InputError(f"{path}: has no {missing[0]}; copy the official file again.")
    return entries
