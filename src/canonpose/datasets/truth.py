"""What is exactly known of a take: the 3D in each camera's frame, and its exact projection."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datamodel import Keypoints, Take
from canonpose.datasets.dataset import LabelledTake
from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES, Camera
from canonpose.readers.calibration import choose
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton, convert
from canonpose.skeleton.convert import complete

MILLIMETRES = UNITS_IN_METRES["mm"]
"""In metres."""


def labelled(
    take: Take, reference: Reference | None, calibration: Mapping[str, Camera]
) -> LabelledTake:
    """A take with the truth about it in each of its cameras.

    Parameters
    ----------
    take : Take
        The detections.
    reference : Reference, optional
        In the world's frame, in mm; without one, nothing is known.
    calibration : mapping
        Camera to its calibration, in metres; must have the take's cameras.

    Raises
    ------
    InputError
        If a camera is not calibrated, or the reference is not as long as the take.
    """
    if reference is None:
        return LabelledTake(take)
    check_length(reference, len(take), take.name)
    cameras = {name: choose(calibration, name, "the calibration") for name in take.views}
    return LabelledTake(
        take=take,
        truth_3d={name: in_camera_frame(reference, camera) for name, camera in cameras.items()},
        truth_2d={
            name: exact_keypoints(reference, cameras[name], view)
            for name, view in take.views.items()
        },
    )


def check_length(reference: Reference, frames: int, take: str) -> None:
    """Refuse a reference that is not frame by frame as long as its take.

    Raises
    ------
    InputError
        If it is shorter or longer.
    """
    if len(reference) != frames:
        raise InputError(
            f"{reference.source}: has {len(reference)} frames, but take {take!r} has {frames}; "
            f"cut both to the same frames."
        )


def in_camera_frame(reference: Reference, camera: Camera) -> Reference:
    """A world reference in a camera's frame (x right, y down, z away), in mm."""
    seen = camera.to_camera(reference.positions * MILLIMETRES) / MILLIMETRES
    return replace(reference, positions=seen.astype(reference.positions.dtype))


def exact_keypoints(reference: Reference, camera: Camera, view: Keypoints) -> Keypoints:
    """Where a camera sees the joints of a world reference, with its lens distortion.

    Parameters
    ----------
    reference : Reference
        In the world's frame, in mm, frame by frame what the camera saw.
    camera : Camera
        In the same world's frame, in metres.
    view : Keypoints
        The camera's detections, which give skeleton, rate and image size.

    Returns
    -------
    Keypoints
        Pixels; score 1, and 0 where the reference is not valid or the joint is behind the camera
        or farther than an image's size outside the image, where no lens model holds.
    """
    pixels = camera.project(reference.positions.astype(np.float64) * MILLIMETRES)
    size = np.array(camera.size)
    known = reference.valid & ((pixels > -size) & (pixels < 2 * size)).all(-1)
    positions, scores = in_skeleton(pixels, known, reference.joints, view.skeleton)
    return replace(view, positions=positions, scores=scores, source=reference.source, person="")


def in_skeleton(
    pixels: Float[np.ndarray, "frame joint 2"],
    known: Bool[np.ndarray, "frame joint"],
    joints: tuple[str, ...],
    skeleton: Skeleton,
) -> tuple[Float[np.ndarray, "frame new_joint 2"], Float[np.ndarray, "frame new_joint"]]:
    """Exact pixels of named joints in the order of a skeleton.

    Derived joints are the means of exact pixels, as those of detections are means of detections.

    Parameters
    ----------
    pixels : array [frame, joint, 2]
        Where the joints are.
    known : array [frame, joint]
        Whether that is known.
    joints : tuple of str
        Their names.
    skeleton : Skeleton
        The one wanted.

    Returns
    -------
    positions : array [frame, skeleton joint, 2]
        float32, NaN where missing.
    scores : array [frame, skeleton joint]
        float32: 1, and 0 where missing.
    """
    source = Skeleton.of_names("exact", joints)
    pixels = np.where(known[..., None], pixels, np.nan).astype(np.float32)
    positions, scores = convert(pixels, known.astype(np.float32), source, skeleton.detected_only())
    return complete(positions, scores, skeleton)
