"""A calibrated perspective camera with lens distortion.

Calibration is for scoring and for making references. Training and lifting never see it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

UNITS_IN_METRES = {"m": 1.0, "cm": 0.01, "mm": 0.001}
"""Units that files may declare."""


@dataclass(frozen=True, eq=False)
class Camera:
    """One camera: ``x_camera = rotation @ x_world + translation``.

    The camera frame is x right, y down, z away from the camera; pixels are x right, y down.
    """

    name: str
    size: tuple[int, int]
    """(width, height) in pixels."""
    matrix: Float[np.ndarray, "3 3"]
    """Focal lengths and principal point, in pixels."""
    distortion: Float[np.ndarray, "5"]
    """k1, k2, p1, p2, k3: radial and tangential, after Brown and Conrady."""
    rotation: Float[np.ndarray, "3 3"]
    """From the world to the camera."""
    translation: Float[np.ndarray, "3"]
    """The world's origin in the camera frame, in metres."""

    @property
    def centre(self) -> Float[np.ndarray, "3"]:
        """Where the camera stands in the world, in metres."""
        return -self.rotation.T @ self.translation

    def to_camera(self, points: Float[np.ndarray, "*batch 3"]) -> Float[np.ndarray, "*batch 3"]:
        """World points [..., 3] in metres to the camera frame."""
        return points @ self.rotation.T + self.translation

    def project(self, points: Float[np.ndarray, "*batch 3"]) -> Float[np.ndarray, "*batch 2"]:
        """World points [..., 3] in metres to pixels; NaN behind the camera."""
        seen = self.to_camera(points)
        depth = np.where(seen[..., 2:] > 0, seen[..., 2:], np.nan)
        bent = distort(seen[..., :2] / depth, self.distortion)
        return bent @ self.matrix[:2, :2].T + self.matrix[:2, 2]


def distort(
    rays: Float[np.ndarray, "*batch 2"], distortion: Float[np.ndarray, "5"]
) -> Float[np.ndarray, "*batch 2"]:
    """Bend ideal image points as the lens does.

    Parameters
    ----------
    rays : array [..., 2]
        Image points at unit depth, without distortion.
    distortion : array [5]
        k1, k2, p1, p2, k3 of the Brown-Conrady model.

    Returns
    -------
    array [..., 2]
    """
    k1, k2, p1, p2, k3 = distortion
    x, y = rays[..., 0], rays[..., 1]
    square = x * x + y * y
    radial = 1 + square * (k1 + square * (k2 + square * k3))
    bent_x = x * radial + 2 * p1 * x * y + p2 * (square + 2 * x * x)
    bent_y = y * radial + 2 * p2 * x * y + p1 * (square + 2 * y * y)
    return np.stack([bent_x, bent_y], axis=-1)


def undistort(
    pixels: Float[np.ndarray, "*batch 2"], camera: Camera, *, iterations: int = 20
) -> Float[np.ndarray, "*batch 2"]:
    """Pixels to ideal image points at unit depth.

    The lens model has no closed inverse. Each step moves the estimate by what its distorted image
    is off, which converges for lenses whose distortion keeps neighbours in order.

    Parameters
    ----------
    pixels : array [..., 2]
        As the camera saw them, with its distortion.
    camera : Camera
        Only its matrix and distortion matter.
    iterations : int
        The error shrinks at every step by about the relative distortion there.

    Returns
    -------
    array [..., 2]
        NaN where the pixels are.
    """
    seen = (pixels - camera.matrix[:2, 2]) @ np.linalg.inv(camera.matrix[:2, :2]).T
    rays = seen
    for _ in range(iterations):
        rays = rays + seen - distort(rays, camera.distortion)
    return rays
