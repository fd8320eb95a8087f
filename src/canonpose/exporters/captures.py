"""Keypoints and captures as files that every other step reads."""

from pathlib import Path
from typing import Any

import numpy as np

from canonpose.datamodel import Capture, Keypoints
from canonpose.errors import InputError
from canonpose.files import write_whole
from canonpose.folders import new_folder
from canonpose.npz import write_arrays
from canonpose.people.detections import Detections
from canonpose.readers.capture_toml import FILE_NAME
from canonpose.skeleton import Skeleton, layout_of_joint_names
from canonpose.toml_text import toml_text

SKELETON_FILE = "skeleton.toml"


def write_keypoints(keypoints: Keypoints, path: str | Path) -> None:
    """Write one camera's keypoints as an npz that `canonpose.read_keypoints` reads.

    Entries: ``keypoints`` [frame, joint, 2] in pixels, ``scores`` [frame, joint], ``joint_names``,
    and where known ``fps``, ``times`` and ``image_size``; of the detected joints, as derived ones
    follow from them.

    Raises
    ------
    InputError
        If the file cannot be written; what was there before is still there.
    """
    names = keypoints.skeleton.detected
    detected = keypoints.skeleton.indices(names)
    arrays = {
        "keypoints": keypoints.positions[:, detected].astype(np.float32),
        "scores": keypoints.scores[:, detected].astype(np.float32),
        "joint_names": np.array(names),
    }
    write_arrays({**arrays, **_facts(keypoints)}, path)


def write_detections(detections: Detections, path: str | Path) -> None:
    """Write everyone whom one camera saw as an npz that `canonpose.read_keypoints` reads.

    Entries as of `write_keypoints`, with an axis for people: ``keypoints`` [frame, person, joint,
    2] and ``scores`` [frame, person, joint].

    Raises
    ------
    InputError
        If the file cannot be written; what was there before is still there.
    """
    arrays = {
        "keypoints": detections.people[..., :2].astype(np.float32),
        "scores": detections.people[..., 2].astype(np.float32),
        "joint_names": np.array(detections.skeleton.detected),
    }
    write_arrays({**arrays, **_facts(detections)}, path)


def _facts(source: Keypoints | Detections) -> dict[str, np.ndarray]:
    """What is known of the recording."""
    facts = {}
    if source.fps is not None:
        facts["fps"] = np.array(float(source.fps))
    if source.times is not None:
        facts["times"] = source.times.astype(np.float64)
    if source.image_size is not None:
        facts["image_size"] = np.array(source.image_size, dtype=np.int64)
    return facts


def write_capture(capture: Capture, folder: str | Path) -> None:
    """Write a capture of one source as a new folder that `canonpose.read_capture` reads.

    The frames are as they are used: synchronised, of the person chosen, without the cameras and
    joints left out. So ``capture.toml`` tells only what is left to tell: whether the cameras stood
    still, the subjects, and the skeleton, where the joints' names alone do not.

    Raises
    ------
    InputError
        If the folder holds something or cannot be written to, or a take's or camera's name is no
        file's name.
    """
    folder = Path(folder)
    for take in capture.takes:
        for name in (take.name, *take.views):
            if Path(name).name != name:
                raise InputError(f"{name!r}: cannot be the name of a file; write captures singly.")
    with new_folder(folder) as temporary:
        write_takes(capture, temporary, layout=needs_layout(capture.skeleton))


def write_takes(capture: Capture, folder: Path, *, layout: bool) -> None:
    """Write a capture's takes, and its ``capture.toml``, into a folder; not whole or not at all.

    With ``layout``, its skeleton lies beside them as ``skeleton.toml``, which is named there.

    Raises
    ------
    InputError
        If a file cannot be written.
    """
    for take in capture.takes:
        for camera, view in take.views.items():
            write_keypoints(view, folder / take.name / f"{camera}.npz")
    entries: dict[str, Any] = {}
    if capture.static_cameras is not None:
        entries["static_cameras"] = capture.static_cameras
    if layout:
        write_skeleton(capture.skeleton, folder / SKELETON_FILE)
        entries["layout"] = SKELETON_FILE
    subjects = {take.name: take.subject for take in capture.takes if take.subject}
    write_whole(folder / FILE_NAME, toml_text(entries, {"subjects": subjects} if subjects else {}))


def needs_layout(skeleton: Skeleton) -> bool:
    """Whether a file that names this skeleton's joints would be taken for another skeleton."""
    read = layout_of_joint_names(skeleton.detected)
    return read is None or skeleton.to_dict() != {**read.to_dict(), "name": skeleton.name}


def write_skeleton(skeleton: Skeleton, path: str | Path) -> None:
    """Write a skeleton as the TOML file of a layout.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    table = skeleton.to_dict()
    tables = {name: table.pop(name) for name in ("derived", "parents")}
    write_whole(Path(path), toml_text(table, tables))
