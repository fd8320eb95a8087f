"""Virtual cameras: still ones are `geometry.cameras.Camera`; here are those that move or zoom."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from canonpose.geometry.cameras import Camera


@dataclass(frozen=True, eq=False)
class MovingCamera:
    """One camera frame by frame: ``x_camera = rotation @ x_world + translation``, no distortion."""

    name: str
    size: tuple[int, int]
    """(width, height) in pixels; the principal point is the middle."""
    rotation: Float[np.ndarray, "frame 3 3"]
    """From the world to the camera."""
    translation: Float[np.ndarray, "frame 3"]
    """The world's origin in the camera frame, in metres."""
    focal: Float[np.ndarray, "frame"]
    """Pixels."""

    def to_camera(
        self, points: Float[np.ndarray, "frame joint 3"]
    ) -> Float[np.ndarray, "frame joint 3"]:
        """World points in metres to the camera frame."""
        return points @ self.rotation.swapaxes(-1, -2) + self.translation[:, None]

    def project(
        self, points: Float[np.ndarray, "frame joint 3"]
    ) -> Float[np.ndarray, "frame joint 2"]:
        """World points in metres to pixels; NaN behind the camera."""
        seen = self.to_camera(points)
        depth = np.where(seen[..., 2:] > 0, seen[..., 2:], np.nan)
        return self.focal[:, None, None] * seen[..., :2] / depth + np.array(self.size) / 2


VirtualCamera = Camera | MovingCamera


def focal_lengths(camera: VirtualCamera, frames: int) -> Float[np.ndarray, "frame"]:
    """A camera's focal length in pixels, frame by frame."""
    if isinstance(camera, MovingCamera):
        return camera.focal
    return np.full(frames, np.sqrt(camera.matrix[0, 0] * camera.matrix[1, 1]))


def at_frame(camera: VirtualCamera, frame: int) -> Camera:
    """A camera as it was at one moment."""
    if isinstance(camera, Camera):
        return camera
    focal, (width, height) = camera.focal[frame], camera.size
    return Camera(
        name=camera.name,
        size=camera.size,
        matrix=np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]]),
        distortion=np.zeros(5),
        rotation=camera.rotation[frame],
        translation=camera.translation[frame],
    )


def looking(
    place: Float[np.ndarray, "*batch 3"], target: Float[np.ndarray, "*batch 3"]
) -> Float[np.ndarray, "*batch 3 3"]:
    """The rotation from a y-up world to a level camera that looks from a place at a target."""
    away = _unit(target - place)
    right = _unit(np.cross(away, np.array([0.0, 1.0, 0.0])))
    down = np.cross(away, right)
    return np.stack([right, down, away], axis=-2)


def pinhole(
    name: str,
    size: tuple[int, int],
    focal: float,
    place: Float[np.ndarray, "3"],
    target: Float[np.ndarray, "3"],
) -> Camera:
    """A still camera without distortion that looks from a place at a target, both in metres."""
    rotation = looking(place, target)
    return Camera(
        name=name,
        size=size,
        matrix=np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]]),
        distortion=np.zeros(5),
        rotation=rotation,
        translation=-rotation @ place,
    )


def _unit(vectors: Float[np.ndarray, "*batch 3"]) -> Float[np.ndarray, "*batch 3"]:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
