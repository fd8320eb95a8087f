"""How one camera stands to another, from what both see, by the essential matrix."""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError

Pixels = Float[np.ndarray, "match 2"]
Intrinsics = Float[np.ndarray, "3 3"]

ITERATIONS = (100, 2000)
"""Fewest and most random samples; few body joints are wrong, so that it ends early."""


@dataclass(frozen=True, eq=False)
class RelativePose:
    """``x_second = rotation @ x_first + translation``, both in camera frames."""

    rotation: Float[np.ndarray, "3 3"]
    translation: Float[np.ndarray, "3"]
    """Of length 1: two views do not tell the distance."""
    inliers: int
    """How many matches agree with it."""


def relative_pose(
    first: Pixels,
    second: Pixels,
    first_intrinsics: Intrinsics,
    second_intrinsics: Intrinsics,
    *,
    max_error: float,
    seed: int = 0,
) -> RelativePose:
    """The relative pose of two cameras, robust against wrong matches.

    Five matches give an essential matrix (Nister, 2004); random samples of five are refined on
    their inliers (LO-RANSAC, as PoseLib does it). Of the four motions that an essential matrix
    allows it is the one that has the points in front of both cameras, so that handedness is that of
    the real world.

    Parameters
    ----------
    first, second : array [match, 2]
        Pixels of the same points in both cameras.
    first_intrinsics, second_intrinsics : array [3, 3]
        Focal lengths and principal point, in pixels; one focal length a camera.
    max_error : float
        Distance from the epipolar line in pixels above which a match counts as wrong.
    seed : int
        Of the random samples.

    Raises
    ------
    InputError
        If PoseLib is not installed.
    """
    pose, facts = poselib().estimate_relative_pose(
        first.astype(np.float64),
        second.astype(np.float64),
        _pinhole(first_intrinsics),
        _pinhole(second_intrinsics),
        {
            "max_epipolar_error": max_error,
            "min_iterations": ITERATIONS[0],
            "max_iterations": ITERATIONS[1],
            "seed": seed,
        },
        {"loss_type": "CAUCHY", "loss_scale": max_error / 2},
    )
    translation = np.asarray(pose.t, dtype=np.float64)
    return RelativePose(
        rotation=np.asarray(pose.R, dtype=np.float64),
        translation=translation / max(np.linalg.norm(translation), np.finfo(float).tiny),
        inliers=int(facts["num_inliers"]),
    )


def poselib() -> ModuleType:
    """The library of camera pose solvers.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return import_module("poselib")
    except ImportError as error:
        raise InputError(
            "the epipolar baseline needs PoseLib, which is not installed; "
            "run: pip install 'canonpose[baselines]'."
        ) from error


def _pinhole(intrinsics: Intrinsics) -> dict[str, object]:
    """PoseLib's camera; it does not look at the image size here."""
    parameters = [intrinsics[0, 0], intrinsics[0, 2], intrinsics[1, 2]]
    width, height = (2 * intrinsics[:2, 2]).round().astype(int).tolist()
    return {"model": "SIMPLE_PINHOLE", "width": width, "height": height, "params": parameters}
