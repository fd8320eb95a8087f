"""Points in space from the calibrated views that see them.

This makes references to score against; training and lifting need no calibration.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from canonpose.geometry.cameras import Camera, undistort

Pixels = Float[np.ndarray, "view frame joint 2"]
Scores = Float[np.ndarray, "view frame joint"]
Used = Bool[np.ndarray, "view frame joint"]
Points = Float[np.ndarray, "frame joint 3"]

MIN_RAY_SPREAD = 1e-6
"""Below this relative size of the smallest axis of the normal equations, the rays are parallel."""


@dataclass(frozen=True, eq=False)
class Triangulation:
    """Triangulated joints and how well the views agree on them."""

    positions: Points
    """World frame, metres; NaN where not valid."""
    valid: Bool[np.ndarray, "frame joint"]
    """Where enough views agree."""
    used: Used
    """The views that each point rests on."""
    error: Scores
    """Reprojection error in pixels, of the views that were left out too; NaN without a point."""


def triangulate(
    cameras: Sequence[Camera],
    positions: Pixels,
    scores: Scores,
    *,
    max_error: float = 40.0,
    min_views: int = 3,
) -> Triangulation:
    """Intersect the views' rays, leaving out the views that disagree.

    A point is the confidence-weighted linear least-squares solution (DLT) of all views. While its
    worst view is off by more than `max_error`, that view is dropped and the point solved again.

    Parameters
    ----------
    cameras : sequence of Camera
        Two or more, all in the same world.
    positions : array [view, frame, joint, 2]
        Pixels, views in the order of `cameras`; NaN where nothing was seen.
    scores : array [view, frame, joint]
        Confidences, 0..1; a view with 0 is not used.
    max_error : float
        Reprojection error in pixels above which a view is taken for wrong.
    min_views : int
        Views that a point must rest on. Two cannot outvote each other: their agreement only says
        that the point lies on the epipolar line.

    Returns
    -------
    Triangulation

    Raises
    ------
    ValueError
        If the views are not one for each camera, or `min_views` is below 2.
    """
    if len(cameras) != len(positions):
        raise ValueError(f"{len(cameras)} cameras, but {len(positions)} views: give one each.")
    if min_views < 2:
        raise ValueError(f"min_views is {min_views}: a point needs at least 2 views.")
    positions = positions.astype(np.float64)
    rows, offsets = _ray_equations(cameras, positions)
    weights = np.where(np.isfinite(positions).all(-1), np.nan_to_num(scores), 0.0)
    used = weights > 0
    points, error = _solve(rows, offsets, weights * used, cameras, positions)
    for _ in range(len(cameras) - min_views):
        too_far = _worst_used(error, used) & (error > max_error) & (used.sum(0) > min_views)
        if not too_far.any():
            break
        used = used & ~too_far
        points, error = _solve(rows, offsets, weights * used, cameras, positions)
    agree = ~(used & ~(error <= max_error)).any(0)
    valid = agree & (used.sum(0) >= min_views) & np.isfinite(points).all(-1)
    points = np.where(valid[..., None], points, np.nan)
    return Triangulation(points, valid, used & valid, np.where(valid, error, np.nan))


def _worst_used(error: Scores, used: Used) -> Used:
    """True at the view with the largest error, for every point."""
    ranked = np.where(used, np.nan_to_num(error, nan=np.inf), -1.0)
    places = np.arange(len(error)).reshape(-1, 1, 1)
    return (places == ranked.argmax(0)) & used


def _ray_equations(
    cameras: Sequence[Camera], positions: Pixels
) -> tuple[Float[np.ndarray, "view frame joint 2 3"], Float[np.ndarray, "view frame joint 2"]]:
    """Two planes through each ray: ``rows @ x = offsets``, in units of focal lengths."""
    rows, offsets = [], []
    for camera, pixels in zip(cameras, positions, strict=True):
        rays = np.nan_to_num(undistort(pixels, camera))
        focal = np.diag(camera.matrix)[:2]
        # x_cam - ray_x * z_cam = 0, and the same for y.
        plane = camera.rotation[:2] - rays[..., None] * camera.rotation[2]
        rows.append(plane * focal[:, None])
        offsets.append((rays * camera.translation[2] - camera.translation[:2]) * focal)
    return np.stack(rows), np.stack(offsets)


def _solve(
    rows: Float[np.ndarray, "view frame joint 2 3"],
    offsets: Float[np.ndarray, "view frame joint 2"],
    weights: Scores,
    cameras: Sequence[Camera],
    positions: Pixels,
) -> tuple[Points, Scores]:
    """Weighted normal equations for every point, NaN where the rays are parallel or too few."""
    weighted = rows * weights[..., None, None]
    normal = np.einsum("vfjka,vfjkb->fjab", weighted, rows)
    right = np.einsum("vfjka,vfjk->fja", weighted, offsets)
    spread = np.linalg.eigvalsh(normal)
    usable = spread[..., 0] > MIN_RAY_SPREAD * spread[..., 2]
    usable &= (weights > 0).sum(0) >= 2
    normal = np.where(usable[..., None, None], normal, np.eye(3))
    points = np.linalg.solve(normal, right[..., None])[..., 0]
    points = np.where(usable[..., None], points, np.nan)
    projected = np.stack([camera.project(points) for camera in cameras])
    return points, np.linalg.norm(projected - positions, axis=-1)
