"""Weak-perspective triangulation: poses from views whose rotations alone are known.

A camera sees joint X of a moment at ``s (R X)_xy + t``, where scale s and offset t are free for
every view of every moment. Given the rotations R this is bilinear, and solved by turns.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int64

from canonpose.geometry.depth_mirror import DEPTH_MIRROR
from canonpose.solving.soft_l1 import soft_l1_weight

TURNS = 60
CONVERGED = 1e-4
"""Change of the scales, relative, below which the solution stands."""
RIDGE = 1e-9
"""Of the largest axis of a joint's normal equations: what one view alone sees gets no depth."""


@dataclass(frozen=True, eq=False)
class WeakPoses:
    """What the views say together, up to one translation and scale for each moment."""

    points: Float[np.ndarray, "frame joint 3"]
    """In the rotations' frame, about their mean; NaN where fewer than two views see a joint."""
    scales: Float[np.ndarray, "view frame"]
    """Pixels per unit of `points`; NaN where a view sees too little."""
    offsets: Float[np.ndarray, "view frame 2"]
    """Where the origin of `points` is seen, in pixels."""
    error: Float[np.ndarray, "view frame joint"]
    """Pixels by which a detection is off; NaN where there is none."""
    weights: Float[np.ndarray, "view frame joint"]
    """What a detection counted for in the end, one over pixels squared; 0 where there is none."""

    def at(self, frames: Int64[np.ndarray, " chosen"]) -> "WeakPoses":
        """The same at some frames only."""
        return WeakPoses(
            self.points[frames],
            self.scales[:, frames],
            self.offsets[:, frames],
            self.error[:, frames],
            self.weights[:, frames],
        )

    def in_units_of(self, sizes: Float[np.ndarray, " frame"]) -> "WeakPoses":
        """The same with every moment's unit of length made so many times as long."""
        return replace(self, points=self.points / sizes[:, None, None], scales=self.scales * sizes)

    def mirrored(self) -> "WeakPoses":
        """The depth-mirrored twin, which has the same images; rotations R belong to S R S."""
        return replace(self, points=self.points @ DEPTH_MIRROR)


def weak_triangulation(
    pixels: Float[np.ndarray, "view frame joint 2"],
    scores: Float[np.ndarray, "view frame joint"],
    rotations: Float[np.ndarray, "view 3 3"] | Float[np.ndarray, "view frame 3 3"],
    scales: Float[np.ndarray, "view frame"],
    *,
    tolerance: Float[np.ndarray, " view"],
) -> WeakPoses:
    """Solve points, scales and offsets by turns, detections weighted by confidence and agreement.

    Parameters
    ----------
    pixels : array [view, frame, joint, 2]
        NaN where missing.
    scores : array [view, frame, joint]
        Confidences, 0 where missing.
    rotations : array [view, 3, 3] or [view, frame, 3, 3]
        From one frame to every camera's, which stands still or moves.
    scales : array [view, frame]
        To start from, pixels per unit of length; their geometric mean over a moment's views stays
        what it is. NaN where a view is not to be used.
    tolerance : array [view]
        Pixels of every camera beyond which a detection loses weight (soft-L1).
    """
    rows = rotations[..., :2, :]
    if rotations.ndim == 3:
        rows = np.broadcast_to(rows[:, None], (*scales.shape, 2, 3))
    usable = np.isfinite(scales) & (scales > 0)
    scores = np.where(usable[..., None] & (scores > 0), scores, 0.0)
    scores = np.where((scores > 0).sum(0) >= 2, scores, 0.0)
    seen = np.where((scores > 0)[..., None], pixels, 0.0)
    usable &= (scores > 0).sum(-1) >= 2
    scales = np.where(usable, scales, 1.0)
    level = _mean_log(scales, usable)
    precision = scores / tolerance[:, None, None]
    weights = precision**2
    offsets = np.einsum("vfj,vfjk->vfk", weights, seen) / _at_least(weights.sum(-1))[..., None]
    # The first offsets are of joints that differ from view to view: points come second.
    points = _points(seen, weights, rows, scales, offsets)
    error = np.zeros(scores.shape)
    for _ in range(TURNS):
        images = np.einsum("vfka,fja->vfjk", rows, points)
        before = scales
        scales, offsets = placed(images, seen, weights, scales)
        scales = scales * np.exp(level - _mean_log(scales, usable))
        points = _points(seen, weights, rows, scales, offsets)
        images = np.einsum("vfka,fja->vfjk", rows, points)
        off = scales[..., None, None] * images + offsets[..., None, :] - seen
        error = np.linalg.norm(off, axis=-1)
        weights = precision**2 * soft_l1_weight((precision * error) ** 2)
        if np.abs(scales / before - 1)[usable].max(initial=0.0) < CONVERGED:
            break
    there = (scores > 0).sum(0) >= 2
    return WeakPoses(
        np.where(there[..., None], points, np.nan),
        np.where(usable, scales, np.nan),
        np.where(usable[..., None], offsets, np.nan),
        np.where(scores > 0, error, np.nan),
        weights,
    )


def _points(
    seen: Float[np.ndarray, "view frame joint 2"],
    weights: Float[np.ndarray, "view frame joint"],
    rows: Float[np.ndarray, "view frame 2 3"],
    scales: Float[np.ndarray, "view frame"],
    offsets: Float[np.ndarray, "view frame 2"],
) -> Float[np.ndarray, "frame joint 3"]:
    """Weighted least squares for every joint, then centred on the moment's mean."""
    measured = (seen - offsets[..., None, :]) / scales[..., None, None]
    normal, right = normal_equations(measured, weights * scales[..., None] ** 2, rows)
    there = (weights > 0).sum(0) >= 2
    size = np.trace(normal, axis1=-2, axis2=-1)
    normal = normal + (RIDGE * size + ~there)[..., None, None] * np.eye(3)
    points = np.where(there[..., None], np.linalg.solve(normal, right[..., None])[..., 0], 0.0)
    count = np.maximum(there.sum(-1), 1)[:, None]
    return np.where(there[..., None], points - (points.sum(1) / count)[:, None], 0.0)


def normal_equations(
    measured: Float[np.ndarray, "view frame joint 2"],
    weights: Float[np.ndarray, "view frame joint"],
    rows: Float[np.ndarray, "view frame 2 3"],
) -> tuple[Float[np.ndarray, "frame joint 3 3"], Float[np.ndarray, "frame joint 3"]]:
    """Of joints X that views see at ``rows X``, by weighted squares: ``normal X = right``."""
    outer = np.einsum("vfka,vfkb->vfab", rows, rows)
    normal = np.einsum("vfj,vfab->fjab", weights, outer)
    return normal, np.einsum("vfj,vfka,vfjk->fja", weights, rows, measured, optimize=True)


def placed(
    images: Float[np.ndarray, "view frame joint 2"],
    seen: Float[np.ndarray, "view frame joint 2"],
    weights: Float[np.ndarray, "view frame joint"],
    scales: Float[np.ndarray, "view frame"],
) -> tuple[Float[np.ndarray, "view frame"], Float[np.ndarray, "view frame 2"]]:
    """The scale and offset of every view that bring images closest to what was seen."""
    total = _at_least(weights.sum(-1))[..., None]
    image_mean = np.einsum("vfj,vfjk->vfk", weights, images) / total
    seen_mean = np.einsum("vfj,vfjk->vfk", weights, seen) / total
    image, there = images - image_mean[..., None, :], seen - seen_mean[..., None, :]
    fit = np.einsum("vfj,vfjk,vfjk->vf", weights, image, there)
    size = np.einsum("vfj,vfjk,vfjk->vf", weights, image, image)
    fitted = fit / _at_least(size)
    # A view whose image would have to be turned over keeps its scale.
    scales = np.where(fitted > 0, fitted, scales)
    return scales, seen_mean - scales[..., None] * image_mean


def _mean_log(
    scales: Float[np.ndarray, "view frame"], usable: np.ndarray
) -> Float[np.ndarray, " frame"]:
    return np.where(usable, np.log(scales), 0.0).sum(0) / np.maximum(usable.sum(0), 1)


def _at_least(values: np.ndarray) -> np.ndarray:
    return np.where(values > 0, values, 1.0)
