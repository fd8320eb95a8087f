"""Scores of lifted poses against a 3D reference, joints matched by name."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.exporters.npz import load_poses
from canonpose.geometry.cameras import Camera
from canonpose.metrics.results import Evaluation
from canonpose.metrics.views import evaluation_of
from canonpose.readers.calibration import choose, read_calibration
from canonpose.readers.reference import Reference, read_reference

PathLike = str | Path
Lifted = PathLike | Poses
Frame = Literal["world", "camera"]

UNKNOWN_FRAME = (
    "the reference's frame is unknown, so only the rigidly aligned metrics are given; "
    "give --calibration and --camera for N-MPJPE and the scale-aligned PCK and AUC."
)


def evaluate(
    poses: Lifted | Sequence[Lifted],
    reference: PathLike | Reference,
    *,
    calibration: PathLike | Mapping[str, Camera] | None = None,
    camera: str | None = None,
    joints: Sequence[str] | None = None,
    reference_frame: Frame = "world",
) -> Evaluation:
    """Score lifted poses, wherever the reference is valid.

    Joints are matched by name. A root that the reference lacks is derived in it as the poses'
    skeleton says, for centring only. A reference in an unknown world frame allows the rigidly
    aligned metrics only.

    Parameters
    ----------
    poses : path, Poses, or a sequence of them
        Files of `canonpose lift` (or what `load_poses` gives); several cameras of one take.
    reference : path or Reference
        Frame by frame what the poses should be.
    calibration : path or dict of Camera, optional
        Brings the reference into each camera's frame.
    camera : str, optional
        The camera's name in the calibration, where the poses do not tell it.
    joints : sequence of str, optional
        Score these only.
    reference_frame : {"world", "camera"}
        "camera" where the reference is in the poses' camera frame already.

    Returns
    -------
    Evaluation

    Raises
    ------
    InputError
        If a file cannot be used, frames or joints do not match, a camera is not in the calibration,
        or nothing can be scored.
    """
    lifted = _labelled(poses)
    if not isinstance(reference, Reference):
        reference = read_reference(reference)
    _check_request(reference, calibration, camera, reference_frame, len(lifted))
    if isinstance(calibration, str | os.PathLike):
        where, cameras = str(calibration), read_calibration(calibration)
    else:
        where, cameras = "the calibration", dict(calibration or {})
    frame_known = bool(cameras) or reference_frame == "camera"
    views = {}
    for label, one in lifted.items():
        target = _turned(reference, one, label, cameras, where, camera) if cameras else reference
        views[label] = one, target
    return evaluation_of(
        views, joints=joints, frame_known=frame_known, notes=() if frame_known else [UNKNOWN_FRAME]
    )


def _labelled(poses: Lifted | Sequence[Lifted]) -> dict[str, Poses]:
    """Poses by a name for messages and tables."""
    several = [poses] if isinstance(poses, str | os.PathLike | Poses) else list(poses)
    lifted: dict[str, Poses] = {}
    for place, one in enumerate(several):
        if isinstance(one, Poses):
            label, loaded = one.camera or f"poses {place + 1}", one
        else:
            label, loaded = str(one), load_poses(one)
        lifted[label if label not in lifted else f"{label} ({place + 1})"] = loaded
    return lifted


def _check_request(
    reference: Reference,
    calibration: PathLike | Mapping[str, Camera] | None,
    camera: str | None,
    reference_frame: Frame,
    files: int,
) -> None:
    where = reference.source or "reference"
    if reference_frame not in ("world", "camera"):
        raise InputError(f"reference_frame is {reference_frame!r}; use 'world' or 'camera'.")
    if calibration is not None and reference_frame == "camera":
        raise InputError(f"{where}: is in a camera's frame already; leave the calibration out.")
    if camera is not None and calibration is None:
        raise InputError(f"camera {camera!r} is named without a calibration; give --calibration.")
    if camera is not None and files > 1:
        raise InputError(
            f"camera {camera!r} is named for {files} files; score the files of other cameras apart."
        )


def _turned(
    reference: Reference,
    poses: Poses,
    label: str,
    cameras: Mapping[str, Camera],
    where: str,
    camera: str | None,
) -> Reference:
    """The reference as oriented in the poses' camera frame.

    Its origin does not matter, because poses are relative to their root.
    """
    name = camera or poses.camera
    if not name:
        raise InputError(f"{label}: does not say its camera; name it with --camera.")
    rotation = choose(cameras, name, where).rotation
    return replace(reference, positions=reference.positions @ rotation.T)
