"""Cameras that were calibrated in another picture size than the footage has."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError, InputWarning
from canonpose.files import short_list
from canonpose.fusing.rig import KnownRig
from canonpose.geometry.cameras import Camera

SAME_SHAPE = 0.01
"""Relative difference of two pictures' width by height up to which one is a copy of the other."""

Size = tuple[int, int]


def for_pictures(rig: KnownRig, views: Mapping[str, Keypoints]) -> KnownRig:
    """The rig with cameras of the pictures' sizes, as far as these are known, said by a warning.

    Parameters
    ----------
    rig : KnownRig
        Of the views' cameras.
    views : mapping
        Camera to keypoints.

    Raises
    ------
    InputError
        If a camera's pictures are of another shape than in its calibration.
    """
    if not rig.knows_sizes:
        return rig
    cameras = dict(rig.cameras)
    scaled: dict[tuple[Size, Size], list[str]] = {}
    for name, camera in rig.cameras.items():
        size = views[name].image_size
        if size is None or not _resized(camera, size, rig.source):
            continue
        cameras[name] = _of_size(camera, size)
        scaled.setdefault((camera.size, size), []).append(name)
    for (was, now), names in scaled.items():
        several = "s" if len(names) > 1 else ""
        warnings.warn(
            f"camera{several} {short_list(names)}: calibrated in pictures of {_told(was)}, filmed "
            f"in {_told(now)}; the calibration is scaled to that.",
            InputWarning,
            stacklevel=3,
        )
    return replace(rig, cameras=cameras)


def _resized(camera: Camera, size: Size, source: str) -> bool:
    """Whether pictures are larger or smaller copies of those of the calibration."""
    ratios = _ratios(camera, size)
    if min(camera.size) <= 0 or min(size) <= 0 or (ratios == 1).all():
        return False
    if abs(math.log(ratios[0] / ratios[1])) > SAME_SHAPE:
        raise InputError(
            f"{source or 'the rig'}: camera {camera.name!r} is calibrated in pictures of "
            f"{_told(camera.size)}, but its footage is {_told(size)}, which is another shape: "
            f"cut or turned; give a calibration of such pictures, or leave the rig out."
        )
    # A row or a column of blocks more, which codecs add and leave out, moves nothing.
    return bool((ratios != 1).all())


def _of_size(camera: Camera, size: Size) -> Camera:
    """The camera with resized pictures, which begin half a pixel before the first one's centre."""
    wide, high = _ratios(camera, size)
    matrix = np.diag([wide, high, 1.0]) @ camera.matrix
    matrix[:2, 2] += (np.array([wide, high]) - 1) / 2
    return replace(camera, size=size, matrix=matrix)


def _ratios(camera: Camera, size: Size) -> Float[np.ndarray, "2"]:
    """Of the pictures' width and height to those of the calibration."""
    return np.array(size, dtype=float) / np.maximum(camera.size, 1)


def _told(size: Size) -> str:
    return f"{size[0]} x {size[1]}"
