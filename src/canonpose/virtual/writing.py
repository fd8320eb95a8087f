"""Virtual captures as folders that the readers read, with the truth beside them."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.files import unreadable
from canonpose.geometry.cameras import Camera
from canonpose.npz import write_arrays
from canonpose.readers.capture_toml import FILE_NAME
from canonpose.readers.reference import write_reference
from canonpose.skeleton import Skeleton
from canonpose.virtual.capture import VirtualTake

TRUTH = "truth"
SKELETON = "skeleton.toml"
CAMERAS = "cameras.json"


def write_capture(takes: Sequence[VirtualTake], folder: str | Path) -> None:
    """Write a virtual capture, whole or not at all.

    ``<take>/<camera>.npz`` are the detections, ``truth/<take>/<camera>.npz`` the exact 3D in that
    camera's frame (metres), ``capture.toml`` and ``skeleton.toml`` what the files cannot tell, and
    ``cameras.json`` the calibration where the cameras stood still.

    Parameters
    ----------
    takes : sequence of VirtualTake
        Of one subject and one set of cameras, as `film` gives them.
    folder : path
        New or empty.

    Raises
    ------
    InputError
        If the folder holds something, a take cannot be named in it, or it cannot be written.
    """
    folder = Path(folder)
    check_free(folder)
    if taken := [take.name for take in takes if take.name.casefold() == TRUTH]:
        raise InputError(f"a motion named {taken[0]!r} would hide the truth; rename its file.")
    temporary = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        temporary.chmod(0o755)
        _write(takes, temporary)
        if folder.exists():
            folder.rmdir()
        temporary.rename(folder)
    except OSError as error:
        raise InputError(
            f"{folder}: cannot be written ({error.strerror or error}); make room or choose "
            f"another place, then run the command again."
        ) from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def check_free(folder: Path) -> None:
    """Refuse a folder in which something would be overwritten.

    Raises
    ------
    InputError
        If it is a file, or a folder that holds something.
    """
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except OSError as error:
        raise unreadable(folder, error) from error
    if taken:
        raise InputError(f"{folder}: is there already; choose another folder, or remove it.")


def _write(takes: Sequence[VirtualTake], folder: Path) -> None:
    for virtual in takes:
        labelled = virtual.labelled
        for camera, view in labelled.take.views.items():
            write_arrays(_keypoint_arrays(view), folder / virtual.name / f"{camera}.npz")
            truth = folder / TRUTH / virtual.name / f"{camera}.npz"
            write_reference(labelled.truth_3d[camera], truth)
    skeleton = next(iter(takes[0].labelled.take.views.values())).skeleton
    (folder / SKELETON).write_text(skeleton_toml(skeleton), "utf-8")
    still = [camera for camera in takes[0].cameras if isinstance(camera, Camera)]
    if still:
        (folder / CAMERAS).write_text(calibration_json(still), "utf-8")
    subjects = {take.name: take.labelled.take.subject for take in takes}
    lines = [f"static_cameras = {str(bool(still)).lower()}", f'layout = "{SKELETON}"']
    if any(subjects.values()):
        lines += ["", "[subjects]"]
        lines += [f"{_quoted(take)} = {_quoted(subject)}" for take, subject in subjects.items()]
    (folder / FILE_NAME).write_text("\n".join(lines) + "\n", "utf-8")


def _keypoint_arrays(view: Keypoints) -> dict[str, np.ndarray]:
    detected = slice(len(view.skeleton.detected))
    return {
        "keypoints": view.positions[:, detected],
        "scores": view.scores[:, detected],
        "joint_names": np.array(view.skeleton.detected),
        "fps": np.array(view.fps),
        "image_size": np.array(view.image_size),
    }


def skeleton_toml(skeleton: Skeleton) -> str:
    """A skeleton as a TOML file that `canonpose.skeleton.read_skeleton` reads."""
    table = skeleton.to_dict()
    lines = [f"{entry} = {_quoted(table[entry])}" for entry in ("name", "root", "joints", "pairs")]
    for entry in ("parents", "derived"):
        lines += ["", f"[{entry}]"]
        lines += [f"{_quoted(joint)} = {_quoted(value)}" for joint, value in table[entry].items()]
    return "\n".join(lines) + "\n"


def calibration_json(cameras: Sequence[Camera]) -> str:
    """Cameras as the JSON file that `canonpose.readers.calibration` reads, in metres."""
    entries = [
        {
            "name": camera.name,
            "size": list(camera.size),
            "matrix": camera.matrix.tolist(),
            "distortions": camera.distortion.tolist(),
            "rotation": camera.rotation.tolist(),
            "translation": camera.translation.tolist(),
            "units": "m",
        }
        for camera in cameras
    ]
    return json.dumps(entries, indent=1) + "\n"


def _quoted(value: Any) -> str:
    """Strings and lists of strings are written alike in JSON and in TOML."""
    return json.dumps(value, ensure_ascii=False)
