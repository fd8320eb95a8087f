"""One pose for every moment by cameras that are known: triangulation, as solving does it."""

import warnings
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError, InputWarning
from canonpose.geometry.cameras import Camera, undistort
from canonpose.geometry.triangulation import triangulate
from canonpose.solving.all_frames import JointsIn3D, joints_of_perspective
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rig_views import RigViews

CONFLICT = 10.0
"""Tolerances that a joint may be off in the second best of its views. Of AIST++'s joints that are
right to 60 mm, 0 % are farther off where three views or more see them, and 0.2 to 0.5 % of two
views, of those that are wrong by 200 mm there 36 to 62 %."""
MANY = 0.2
"""Share of joints without agreement above which the cameras are likely to be others; of AIST++'s it
is 0 to 3 %."""


def triangulated(
    cameras: Mapping[str, Camera],
    pixels: Float[np.ndarray, "view frame joint 2"],
    scores: Float[np.ndarray, "view frame joint"],
    tolerance: float,
) -> JointsIn3D:
    """Joints in the cameras' world, robustly, weighted by confidence, by straightened images.

    A joint on which no two views agree is missing: it would lie anywhere between what they say.

    A world may have its origin anywhere, as that of a land survey does, but is solved about the
    joints: there its numbers are small, and the cameras' depths of the origin tell how large the
    scene is, by which `solving.pinholes.see` knows what is too near.

    Parameters
    ----------
    cameras : mapping
        By name, in the order of the view axis.
    pixels : array [view, frame, joint, 2]
        NaN where missing.
    scores : array [view, frame, joint]
        Confidences, 0 where missing.
    tolerance : float
        How far off a confident detection may be, as a share of the person's size in the image.

    Raises
    ------
    InputError
        If no joint is seen by two cameras at once.
    """
    if not ((scores > 0).sum(0) >= 2).any():
        raise InputError(
            f"{', '.join(cameras)}: no joint is seen by two cameras at the same moment, so that a "
            f"rig says nothing; leave it out, or check that the views are synchronised."
        )
    straight = np.stack(
        [_straightened(view, camera) for view, camera in zip(pixels, cameras.values(), strict=True)]
    )
    sizes = tuple(camera.size for camera in cameras.values())
    views = RigViews(tuple(cameras), straight, scores, sizes)
    rig = _pinholes(cameras)
    middle = _usual_place(rig, views)
    about_it = rig.moved(np.eye(3), middle, 1.0)
    tolerances = tolerance * views.person_by_view
    every = joints_of_perspective(about_it, views, tolerances)
    joints = without_conflicts(every, tolerances)
    _warn_if_many(int(every.valid.sum()), int(joints.valid.sum()))
    return replace(joints, positions=joints.positions + middle)


def without_conflicts(joints: JointsIn3D, tolerances: Float[np.ndarray, " view"]) -> JointsIn3D:
    """Joints that two views or more agree on; the others become NaN.

    One view is no evidence: with the robust cost, a joint can lie on one view's ray and off all
    others'.

    Parameters
    ----------
    joints : JointsIn3D
    tolerances : array [view]
        Pixels that a confident detection may be off.
    """
    off = np.nan_to_num(joints.error / tolerances[:, None, None], nan=np.inf)
    agreed = np.sort(off, axis=0)[1] <= CONFLICT
    return replace(
        joints,
        positions=np.where(agreed[..., None], joints.positions, np.nan),
        sigma=np.where(agreed, joints.sigma, np.nan),
        error=np.where(agreed, joints.error, np.nan),
    )


def _warn_if_many(triangulated: int, agreed: int) -> None:
    if triangulated - agreed > MANY * triangulated:
        warnings.warn(
            f"no two views agree on {1 - agreed / triangulated:.0%} of the joints, which are left "
            f"to the lifter; check that the rig is that of this footage, in pictures of this size, "
            f"and that the views are synchronised.",
            InputWarning,
            stacklevel=4,
        )


def _usual_place(rig: Pinholes, views: RigViews) -> Float[np.ndarray, "3"]:
    """Where the median joint is in the world, roughly; the origin if no two views fix any."""
    named = list(rig.named(views.cameras, views.sizes).values())
    rough = triangulate(named, views.positions, views.scores, max_error=np.inf, min_views=2)
    return np.median(rough.positions[rough.valid], axis=0) if rough.valid.any() else np.zeros(3)


def _straightened(
    pixels: Float[np.ndarray, "frame joint 2"], camera: Camera
) -> Float[np.ndarray, "frame joint 2"]:
    """As a camera without distortion, and with square pixels, would have seen it."""
    return undistort(pixels, camera) * _focal(camera) + camera.matrix[:2, 2]


def _focal(camera: Camera) -> float:
    return float(np.sqrt(camera.matrix[0, 0] * camera.matrix[1, 1]))


def _pinholes(cameras: Mapping[str, Camera]) -> Pinholes:
    every = list(cameras.values())
    return Pinholes(
        np.stack([camera.rotation for camera in every]),
        np.stack([camera.translation for camera in every]),
        np.array([_focal(camera) for camera in every]),
        np.stack([camera.matrix[:2, 2] for camera in every]),
        np.zeros(len(every)),
    )
