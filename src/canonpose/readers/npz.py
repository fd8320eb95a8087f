"""canonpose's own keypoint file: one person, one camera, as arrays in an npz."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from canonpose.errors import InputError
from canonpose.npz import entry_names, read_arrays
from canonpose.people.detections import Detections
from canonpose.readers.checks import (
    cleaned,
    fps_or_none,
    image_size_or_none,
    stacked,
    times_or_none,
)
from canonpose.readers.common_clock import told_rate
from canonpose.readers.layouts import by_count, by_names
from canonpose.skeleton import Skeleton

NEEDED = ("keypoints",)
OPTIONAL = ("scores", "joint_names", "fps", "times", "image_size")
LIFTED = {"canonical", "rotation"}
"""Entries of poses, which `canonpose.exporters.npz` writes."""


def holds_lifted_poses(path: Path) -> bool:
    """Whether a file is one of ``canonpose lift``, which holds keypoints as well, but no people."""
    return entry_names(path) >= LIFTED


def read_npz(path: Path, layout: Skeleton | None = None) -> Detections:
    """Everyone in an npz keypoint file; its frame rate is that of its times where it tells none.

    Raises
    ------
    InputError
        If the file is no such npz, holds lifted poses, is truncated, holds pickled objects, or its
        arrays do not fit each other or the skeleton.

    """
    where = str(path)
    if holds_lifted_poses(path):
        raise InputError(
            f"{path}: holds lifted poses of canonpose lift, no detections; give the file that they "
            f"were lifted from, and move this one out of the take if it lies in one."
        )
    entries = read_arrays(path, NEEDED, OPTIONAL, what="2D keypoints")
    people = stacked(entries["keypoints"], entries.get("scores"), where)
    names = entries.get("joint_names")
    if names is None:
        if layout is None:
            raise InputError(
                f"{where}: has no entry 'joint_names'; add it, or pass the layout of its joints."
            )
        skeleton, order = by_count(people.shape[2], layout, {}, where), np.arange(people.shape[2])
    else:
        if names.shape != (people.shape[2],) or names.dtype.kind != "U":
            raise InputError(
                f"{where}: joint_names must be {people.shape[2]} strings, one a joint; "
                f"write the file again."
            )
        skeleton, order = by_names(names.tolist(), layout, where)
    found = Detections(
        cleaned(people[:, :, order], where),
        skeleton,
        source=where,
        fps=fps_or_none(_plain(entries.get("fps")), where),
        times=times_or_none(entries.get("times"), len(people), where),
        image_size=image_size_or_none(_plain(entries.get("image_size")), where),
    )
    return replace(found, fps=told_rate(found))


def _plain(entry: np.ndarray | None) -> Any:
    return None if entry is None else entry.tolist()
