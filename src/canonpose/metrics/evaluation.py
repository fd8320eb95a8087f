"""Scores of lifted poses against a 3D reference, joints matched by name."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.exporters.npz import load_poses
from canonpose.geometry.cameras import Camera
from canonpose.metrics.correct_poses import correct_poses_of, cps_curve_of, cps_of
from canonpose.metrics.joint_errors import (
    MIN_JOINTS_RIGID,
    mean_error,
    mirror_fits_better,
    rigid_aligned_errors,
    scale_aligned_errors,
)
from canonpose.metrics.results import Evaluation, JointScores, Scores
from canonpose.metrics.thresholds import auc, pck
from canonpose.readers.calibration import choose, read_calibration
from canonpose.readers.reference import Reference, read_reference
from canonpose.skeleton import Skeleton, convert

PathLike = str | Path
Lifted = PathLike | Poses
Frame = Literal["world", "camera"]

UNKNOWN_FRAME = (
    "the reference's frame is unknown, so only the rigidly aligned metrics are given; "
    "give --calibration and --camera for N-MPJPE and the scale-aligned PCK and AUC."
)


@dataclass(frozen=True, eq=False)
class _Errors:
    """Errors in mm of some frames, one column for each joint of the reference."""

    rigid: Float[np.ndarray, "frame joint"]
    scaled: Float[np.ndarray, "frame joint"] | None
    mirrored: Bool[np.ndarray, "frame"]


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
    _check_request(reference, joints, calibration, camera, reference_frame, len(lifted))
    if isinstance(calibration, str | os.PathLike):
        where, cameras = str(calibration), read_calibration(calibration)
    else:
        where, cameras = "the calibration", dict(calibration or {})
    frame_known = bool(cameras) or reference_frame == "camera"
    errors, notes = {}, []
    for label, one in lifted.items():
        _check_length(one, reference, label)
        target = _turned(reference, one, label, cameras, where, camera) if cameras else reference
        errors[label] = _errors(one, target, label, joints, frame_known)
        if frame_known and errors[label].scaled is None:
            notes.append(
                f"{label}: the reference has no {one.skeleton.root!r}, so there are no "
                f"scale-aligned metrics."
            )
    if not frame_known:
        notes.append(UNKNOWN_FRAME)
    pooled = _pooled(list(errors.values()))
    return Evaluation(
        overall=_scores(pooled),
        files={label: _scores(of_file) for label, of_file in errors.items()},
        joints=_joint_scores(pooled, reference.joints),
        cps_curve=cps_curve_of(pooled.rigid),
        file_curves={label: cps_curve_of(of_file.rigid) for label, of_file in errors.items()},
        notes=tuple(notes),
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
    if not lifted:
        raise InputError("there are no poses to score; give one or more files of canonpose lift.")
    return lifted


def _check_request(
    reference: Reference,
    joints: Sequence[str] | None,
    calibration: PathLike | Mapping[str, Camera] | None,
    camera: str | None,
    reference_frame: Frame,
    files: int,
) -> None:
    where = reference.source or "reference"
    for joint in joints or ():
        if joint not in reference.joints:
            raise InputError(
                f"{where}: has no joint {joint!r}; it has {', '.join(reference.joints)}."
            )
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


def _check_length(poses: Poses, reference: Reference, label: str) -> None:
    if len(poses) != len(reference):
        raise InputError(
            f"{label}: has {len(poses)} frames, but {reference.source or 'the reference'} has "
            f"{len(reference)}; cut both to the same frames."
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


def _errors(
    poses: Poses,
    reference: Reference,
    label: str,
    joints: Sequence[str] | None,
    frame_known: bool,
) -> _Errors:
    """Every frame's errors, NaN where a joint is not scored."""
    common = [j for j in reference.joints if j in poses.skeleton and (not joints or j in joints)]
    if len(common) < MIN_JOINTS_RIGID:
        raise InputError(
            f"{label}: shares {len(common)} scored joints with "
            f"{reference.source or 'the reference'}, and {MIN_JOINTS_RIGID} are the least; "
            f"name joints alike in both."
        )
    places = [reference.joints.index(joint) for joint in common]
    predicted = poses.positions[:, poses.skeleton.indices(common)].astype(np.float64)
    target, valid = reference.positions[:, places], reference.valid[:, places]
    rigid = rigid_aligned_errors(predicted, target, valid)
    if np.isnan(rigid).all():
        raise InputError(
            f"{label}: no frame has {MIN_JOINTS_RIGID} joints that are valid in "
            f"{reference.source or 'the reference'} too; check that they belong together."
        )
    mirrored, _ = mirror_fits_better(predicted, target, valid)
    root = _root(reference, poses.skeleton) if frame_known else None
    scaled = None
    if root is not None:
        root_predicted = poses.positions[:, [poses.skeleton.root_index]]
        scaled = scale_aligned_errors(
            np.concatenate([root_predicted, predicted], axis=1),
            np.concatenate([root[0], target], axis=1),
            np.concatenate([root[1], valid], axis=1),
            root=0,
        )[:, 1:]
        scaled = _spread(scaled, places, len(reference.joints))
    return _Errors(_spread(rigid, places, len(reference.joints)), scaled, mirrored)


def _root(
    reference: Reference, skeleton: Skeleton
) -> tuple[Float[np.ndarray, "frame 1 3"], Bool[np.ndarray, "frame 1"]] | None:
    """The poses' root joint in the reference, measured or derived; None if it cannot be."""
    own = Skeleton(name="reference", joints=reference.joints, root=reference.joints[0])
    sources = skeleton.derived.get(skeleton.root, ())
    if skeleton.root not in own and not (sources and all(joint in own for joint in sources)):
        return None
    target = Skeleton(
        name="root",
        joints=(*sources, skeleton.root),
        root=skeleton.root,
        derived={skeleton.root: sources} if sources else {},
    )
    positions, valid = convert(reference.positions, reference.valid.astype(np.float64), own, target)
    return positions[:, -1:], valid[:, -1:] > 0


def _spread(
    errors: Float[np.ndarray, "frame scored"], places: list[int], joints: int
) -> Float[np.ndarray, "frame joint"]:
    """Errors of the scored joints in the columns of all joints."""
    out = np.full((len(errors), joints), np.nan)
    out[:, places] = errors
    return out


def _pooled(errors: list[_Errors]) -> _Errors:
    """The frames of all files in a row; scale-aligned only where all files have it."""
    scaled = [of_file.scaled for of_file in errors if of_file.scaled is not None]
    return _Errors(
        rigid=np.concatenate([of_file.rigid for of_file in errors]),
        scaled=np.concatenate(scaled) if len(scaled) == len(errors) else None,
        mirrored=np.concatenate([of_file.mirrored for of_file in errors]),
    )


def _scores(errors: _Errors) -> Scores:
    rigid, scaled = errors.rigid, errors.scaled
    defined = ~np.isnan(rigid).all(-1)
    return Scores(
        n_mpjpe=None if scaled is None else float(mean_error(scaled)),
        p_mpjpe=float(mean_error(rigid)),
        pck_scale_aligned=None if scaled is None else float(pck(scaled)),
        pck_rigid=float(pck(rigid)),
        auc_scale_aligned=None if scaled is None else float(auc(scaled)),
        auc_rigid=float(auc(rigid)),
        cp180=float(correct_poses_of(rigid)),
        cps=float(cps_of(rigid)),
        mirrored_fraction=float(errors.mirrored[defined].mean()),
        frames_scored=int(defined.sum()),
        frames_left_out=int((~defined).sum()),
        frames_scale_aligned=None if scaled is None else int((~np.isnan(scaled)).any(-1).sum()),
    )


def _joint_scores(errors: _Errors, joints: Sequence[str]) -> dict[str, JointScores]:
    """Scores of every joint that was scored at all."""
    rigid, scaled = errors.rigid, errors.scaled
    return {
        joint: JointScores(
            n_mpjpe=None if scaled is None else float(mean_error(scaled[:, place])),
            p_mpjpe=float(mean_error(rigid[:, place])),
            pck_scale_aligned=None if scaled is None else float(pck(scaled[:, place])),
            pck_rigid=float(pck(rigid[:, place])),
            frames=int((~np.isnan(rigid[:, place])).sum()),
        )
        for place, joint in enumerate(joints)
        if not np.isnan(rigid[:, place]).all()
    }
