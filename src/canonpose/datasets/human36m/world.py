"""The actors' 3D in the world's frame (z up, mm), from any of three layouts."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from canonpose.datasets.hdf5 import read_hdf5
from canonpose.datasets.human36m.cdf import read_poses
from canonpose.datasets.human36m.contents import ARCHIVE, POSITIONS, RELEASE, Contents
from canonpose.datasets.human36m.joints import MARKED, of_release
from canonpose.datasets.human36m.protocol import Recording, recording, skeleton
from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.pickles import read_npz_object

World = dict[Recording, np.ndarray]
"""Recording to [frame, joint, 3], float32, of the protocol's skeleton in mm."""


def read_world(contents: Contents, subjects: Sequence[str]) -> tuple[World, str]:
    """All 3D of some subjects, and where it is from.

    Raises
    ------
    InputError
        If a file cannot be read or is of another layout.
    """
    if contents.positions:
        return _videopose(contents.positions, subjects), str(contents.positions)
    if contents.release:
        return _release(contents.release, subjects), str(
            contents.release / "S*" / RELEASE / "D3_Positions"
        )
    if contents.archive:
        return _archive(contents.archive, subjects), str(
            contents.archive / "S*" / ARCHIVE / "3D_positions"
        )
    return {}, ""


def by_recording(
    table: Any, subjects: Sequence[str], path: Path
) -> Iterator[tuple[Recording, Any]]:
    """The entries of VideoPose3D's {subject: {action: entry}}; each is let go as it is handed on.

    Raises
    ------
    InputError
        If it is no such table.
    """
    if not isinstance(table, dict) or not all(isinstance(t, dict) for t in table.values()):
        raise InputError(f"{path}: is no table of subjects and actions; write it as VideoPose3D.")
    for subject in set(table) - set(subjects):
        del table[subject]
    for subject in subjects:
        actions = table.get(subject, {})
        while actions:
            action = next(iter(actions))
            yield recording(subject, str(action)), actions.pop(action)


def _videopose(path: Path, subjects: Sequence[str]) -> World:
    table = read_npz_object(path, "positions_3d", what=f"{POSITIONS} of VideoPose3D")
    world = {}
    for one, positions in by_recording(table, subjects, path):
        metres = of_release(positions, 3, skeleton(), f"{path}: {one.name}")
        world[one] = metres / np.float32(UNITS_IN_METRES["mm"])
    return world


def _release(root: Path, subjects: Sequence[str]) -> World:
    return {
        recording(subject, path.stem): of_release(read_poses(path), 3, skeleton(), str(path))
        for subject in subjects
        for path in sorted((root / subject / RELEASE / "D3_Positions").glob("*.cdf"))
    }


def _archive(root: Path, subjects: Sequence[str]) -> World:
    world = {}
    for subject in subjects:
        for path in sorted((root / subject / ARCHIVE / "3D_positions").glob("*.h5")):
            arrays = read_hdf5(path, ["3D_positions"], what="a folder of the older archive")
            rows = arrays["3D_positions"]
            if rows.ndim != 2 or len(rows) != MARKED * 3:
                raise InputError(
                    f"{path}: 3D_positions is {list(rows.shape)} where [{MARKED * 3}, frame] "
                    f"belongs; copy the file again."
                )
            world[recording(subject, path.stem)] = of_release(rows.T, 3, skeleton(), str(path))
    return world
