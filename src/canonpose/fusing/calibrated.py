"""One pose for every moment by cameras that are known: triangulation, as solving does it."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from canonpose.geometry.cameras import Camera, undistort
from canonpose.geometry.triangulation import triangulate
from canonpose.solving.all_frames import JointsIn3D, joints_of_perspective
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rig_views import RigViews


def triangulated(
    cameras: Mapping[str, Camera],
    pixels: Float[np.ndarray, "view frame joint 2"],
    scores: Float[np.ndarray, "view frame joint"],
    tolerance: float,
) -> JointsIn3D:
    """Joints in the cameras' world, robustly, weighted by confidence, by straightened images.

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
    """
    straight = np.stack(
        [_straightened(view, camera) for view, camera in zip(pixels, cameras.values(), strict=True)]
    )
    sizes = tuple(camera.size for camera in cameras.values())
    views = RigViews(tuple(cameras), straight, scores, sizes)
    rig = _pinholes(cameras)
    middle = _usual_place(rig, views)
    about_it = rig.moved(np.eye(3), middle, 1.0)
    joints = joints_of_perspective(about_it, views, tolerance * views.person_by_view)
    return replace(joints, positions=joints.positions + middle)


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
