"""2D of each camera, without confidences: VideoPose3D's files, and the exact 2D of the release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from canonpose.datasets.human36m.cdf import read_poses
from canonpose.datasets.human36m.contents import PIXELS, RELEASE
from canonpose.datasets.human36m.joints import detected_joints, of_release, selected
from canonpose.datasets.human36m.lazy import Lazy
from canonpose.datasets.human36m.protocol import CAMERAS, Recording, recording, skeleton
from canonpose.datasets.human36m.world import by_recording
from canonpose.errors import InputError
from canonpose.pickles import read_npz_object
from canonpose.skeleton import Skeleton

_WITHOUT_FIRST_CAMERA = Recording("S11", "Directions")
"""Its video by the first camera is damaged in the release."""


@dataclass(frozen=True, eq=False)
class Pixels:
    """2D of all joints, and nothing about how sure it is."""

    views: dict[Recording, Mapping[str, np.ndarray]]
    """Recording to camera to [frame, joint, 2], float32; some may lack cameras."""
    skeleton: Skeleton
    source: str


def read_pixels(path: Path, subjects: Sequence[str]) -> Pixels:
    """A file ``data_2d_h36m_<detector>.npz``.

    Its skeleton is the protocol's, less the nose where the detector has none.

    Raises
    ------
    InputError
        If it cannot be read or is of another layout.
    """
    what = f"{PIXELS}<detector>.npz of VideoPose3D"
    joints = detected_joints(read_npz_object(path, "metadata", what=what), path)
    known = skeleton().without([joint for joint in skeleton().joints if joint not in joints])
    table = read_npz_object(path, "positions_2d", what=what)
    views: dict[Recording, Mapping[str, np.ndarray]] = {}
    for one, entry in by_recording(table, subjects, path):
        if by_camera := _by_camera(entry, one, path):
            views[one] = {
                camera: selected(values, joints, known, f"{path}: {one.name}, camera {camera}")
                for camera, values in by_camera.items()
            }
    return Pixels(views, known, str(path))


def _by_camera(entry: Any, one: Recording, path: Path) -> dict[str, Any]:
    """Cameras are a list, or a dict by name; None or an array without frames is no camera."""
    if not isinstance(entry, dict):
        if not isinstance(entry, list | tuple) and np.ndim(entry) == 0:
            raise InputError(f"{path}: {one.name} holds no cameras; write it as VideoPose3D does.")
        cameras = list(CAMERAS)
        if one == _WITHOUT_FIRST_CAMERA and len(entry) == len(cameras) - 1:
            cameras = cameras[1:]
        if len(entry) != len(cameras):
            raise InputError(
                f"{path}: {one.name} has {len(entry)} cameras, so which of the {len(CAMERAS)} they "
                f"are is unknown; give the missing ones as None."
            )
        entry = dict(zip(cameras, entry, strict=True))
    return {
        camera: entry[camera]
        for camera in CAMERAS
        if entry.get(camera) is not None and np.size(entry[camera])
    }


def release_pixels(root: Path, subjects: Sequence[str]) -> Pixels | None:
    """The release's ``D2_Positions/<action>.<camera>.cdf``, read when asked for.

    None where there are none.
    """
    paths: dict[Recording, dict[str, Path]] = {}
    for subject in subjects:
        for path in sorted((root / subject / RELEASE / "D2_Positions").glob("*.*.cdf")):
            action, _, camera = path.stem.rpartition(".")
            if camera in CAMERAS:
                paths.setdefault(recording(subject, action), {})[camera] = path
    if not paths:
        return None
    return Pixels(
        {one: _read_when_asked(paths[one]) for one in paths},
        skeleton(),
        str(root / "S*" / RELEASE / "D2_Positions"),
    )


def _read_when_asked(paths: Mapping[str, Path]) -> Mapping[str, np.ndarray]:
    cameras = [camera for camera in CAMERAS if camera in paths]
    return Lazy(
        cameras,
        lambda camera: of_release(read_poses(paths[camera]), 2, skeleton(), str(paths[camera])),
    )
