"""All cameras of a rig at once: projection and its derivatives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from canonpose.geometry.cameras import Camera

NEAREST = 0.02
"""Depth below which a point counts as being so near, as a share of the largest depth at which a
camera has the world's origin."""
WIDEST = 1.0
"""Squared distance from the optical axis, at unit depth, beyond which a lens bends no more."""

Points = Float[np.ndarray, "point 3"]


@dataclass(frozen=True, eq=False)
class Pinholes:
    """Cameras with one focal length and one radial distortion each.

    ``x_camera = rotation @ x_world + translation``.
    """

    rotations: Float[np.ndarray, "view 3 3"]
    translations: Float[np.ndarray, "view 3"]
    """In the unit of the world."""
    focals: Float[np.ndarray, " view"]
    """Pixels."""
    middles: Float[np.ndarray, "view 2"]
    """Principal points, in pixels."""
    bends: Float[np.ndarray, " view"]
    """k1 of the Brown-Conrady model."""

    def __len__(self) -> int:
        return len(self.rotations)

    def moved(
        self,
        rotation: Float[np.ndarray, "3 3"],
        origin: Float[np.ndarray, "3"],
        scale: float,
    ) -> "Pinholes":
        """The same cameras in a world where x is at ``scale * rotation @ (x - origin)``."""
        return replace(
            self,
            rotations=self.rotations @ rotation.T,
            translations=scale * (self.translations + self.rotations @ origin),
        )

    def named(self, names: Sequence[str], sizes: Sequence[tuple[int, int]]) -> dict[str, Camera]:
        """Each as a camera by name; sizes are (width, height) of the images in pixels."""
        cameras = {}
        for view, (name, size) in enumerate(zip(names, sizes, strict=True)):
            matrix = np.diag([self.focals[view], self.focals[view], 1.0])
            matrix[:2, 2] = self.middles[view]
            cameras[name] = Camera(
                name=name,
                size=size,
                matrix=matrix,
                distortion=np.array([self.bends[view], 0.0, 0.0, 0.0, 0.0]),
                rotation=self.rotations[view],
                translation=self.translations[view],
            )
        return cameras


@dataclass(frozen=True, eq=False)
class Projected:
    """Points as the cameras see them."""

    turned: Float[np.ndarray, "view point 3"]
    """``rotation @ x_world``."""
    rays: Float[np.ndarray, "view point 2"]
    """At unit depth, before the lens bends them."""
    pixels: Float[np.ndarray, "view point 2"]
    by_place: Float[np.ndarray, "view point 2 3"]
    """Derivative of the pixels by the place in the camera's frame."""


def see(cameras: Pinholes, points: Points) -> Projected:
    """Project points [point, 3] into every camera.

    A point behind a camera is seen as if it were just before it, far from where it should be. What
    that means is told by the depths of the world's origin, which is to lie among the points.
    """
    turned = points @ cameras.rotations.swapaxes(1, 2)
    place = turned + cameras.translations[:, None]
    floor = NEAREST * np.abs(cameras.translations[:, 2]).max()
    depth = np.maximum(place[..., 2], max(floor, np.finfo(float).tiny))
    rays = place[..., :2] / depth[..., None]
    square = (rays**2).sum(-1)
    bend = 1 + cameras.bends[:, None] * np.minimum(square, WIDEST)
    zoom = cameras.focals[:, None] * bend
    by_ray = np.empty((*depth.shape, 2, 2))
    # Beyond the widest angle the bend is constant.
    inner = np.where(square < WIDEST, 2 * cameras.bends[:, None], 0.0) * cameras.focals[:, None]
    by_ray[..., 0, 1] = by_ray[..., 1, 0] = inner * rays[..., 0] * rays[..., 1]
    by_ray[..., 0, 0] = zoom + inner * rays[..., 0] ** 2
    by_ray[..., 1, 1] = zoom + inner * rays[..., 1] ** 2
    by_place = np.empty((*depth.shape, 2, 3))
    by_place[..., :2] = by_ray / depth[..., None, None]
    by_place[..., 2] = -(by_place[..., :2] * rays[..., None, :]).sum(-1)
    return Projected(turned, rays, zoom[..., None] * rays + cameras.middles[:, None], by_place)


def by_world(cameras: Pinholes, seen: Projected) -> Float[np.ndarray, "view point 2 3"]:
    """Derivative of the pixels by the points' places in the world."""
    views, points = seen.pixels.shape[:2]
    flat = seen.by_place.reshape(views, 2 * points, 3) @ cameras.rotations
    return flat.reshape(views, points, 2, 3)
