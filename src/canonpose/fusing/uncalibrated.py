"""One pose for every moment from views whose rotations alone are known.

Every view gives two things: where joints are in its image, which is exact, and the lifted pose,
whose depth is a guess. A joint X of a moment is seen at ``s R X + t`` (two rows), where scale s and
offset t are free for every view of every moment; and it should be where the lifted poses, turned
into one frame, say on average. Both are weighed by how far off they usually are. What two views or
more see is thereby triangulated; what one view sees gets the lifter's depth; what no view sees is
where the lifter guesses it.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from canonpose.solving.soft_l1 import soft_l1_weight
from canonpose.solving.weak import normal_equations, placed

TURNS = 40
CONVERGED = 1e-4
"""Change of the scales, relative, below which the solution stands."""
MEDIAN_TURNS = 10
NEAREST = 0.01
"""Body sizes; a lifted joint closer to the mean weighs no more for it."""
GUESS = 0.1
"""Confidence that a lifted joint has which its view did not see."""


@dataclass(frozen=True)
class FusionConfig:
    """How views are weighed against each other; lengths are shares of the body's height."""

    detection_error: float = 0.01
    """How far off a confident detection may be; beyond it loses weight (soft-L1)."""
    lifting_error: float = 0.1
    """How far off a lifted joint usually is."""
    reach: float = 0.25
    """Seconds before and after over which moving cameras' rotations are averaged."""


@dataclass(frozen=True, eq=False)
class FusedPoses:
    """One pose for every moment."""

    points: Float[np.ndarray, "frame joint 3"]
    """In the rotations' frame, about the lifted poses' root, in body sizes; NaN where no view can
    be used."""
    error: Float[np.ndarray, "view frame joint"]
    """How far detections are off, in body sizes; NaN where there is none."""


def fused_poses(
    pixels: Float[np.ndarray, "view frame joint 2"],
    scores: Float[np.ndarray, "view frame joint"],
    rotations: Float[np.ndarray, "view frame 3 3"],
    lifted: Float[np.ndarray, "view frame joint 3"],
    config: FusionConfig,
) -> FusedPoses:
    """Solve points, scales and offsets by turns, from the mean of the lifted poses.

    Parameters
    ----------
    pixels : array [view, frame, joint, 2]
        NaN where missing.
    scores : array [view, frame, joint]
        Confidences, 0 where missing.
    rotations : array [view, frame, 3, 3]
        From one frame of the moment to every camera's; NaN where a view is not to be used.
    lifted : array [view, frame, joint, 3]
        Poses in each camera's frame, about the root, of body size 1; NaN where there is none.
    config : FusionConfig
    """
    turned = np.isfinite(rotations).all((2, 3))
    turns = np.where(turned[..., None, None], rotations, np.eye(3))
    known = turned & np.isfinite(lifted).all((2, 3))
    in_frame = np.where(known[..., None, None], lifted, 0.0) @ turns
    prior, prior_weights = _mean_pose(in_frame, np.where(known[..., None], scores + GUESS, 0.0))
    scores = np.where(turned[..., None] & (scores > 0), scores, 0.0)
    scores = np.where((scores > 0).sum(-1, keepdims=True) >= 2, scores, 0.0)
    seen = np.where((scores > 0)[..., None], pixels, 0.0)
    points = _by_turns(seen, scores, turns[:, :, :2], prior, prior_weights, config)
    there = known.any(0)
    return FusedPoses(
        np.where(there[:, None, None], points.positions, np.nan),
        np.where((scores > 0) & there[:, None], points.error, np.nan),
    )


@dataclass(frozen=True, eq=False)
class _Solution:
    positions: Float[np.ndarray, "frame joint 3"]
    error: Float[np.ndarray, "view frame joint"]


def _by_turns(
    seen: Float[np.ndarray, "view frame joint 2"],
    scores: Float[np.ndarray, "view frame joint"],
    rows: Float[np.ndarray, "view frame 2 3"],
    prior: Float[np.ndarray, "frame joint 3"],
    prior_weights: Float[np.ndarray, "frame joint"],
    config: FusionConfig,
) -> _Solution:
    tolerance = config.detection_error
    prior_weights = prior_weights * (tolerance / config.lifting_error) ** 2
    points, weights = prior, scores**2
    scales = np.ones(scores.shape[:2])
    error = np.zeros(scores.shape)
    for _ in range(TURNS):
        images = np.einsum("vfka,fja->vfjk", rows, points)
        before = scales
        scales, offsets = placed(images, seen, weights, scales)
        measured = (seen - offsets[:, :, None]) / scales[..., None, None]
        error = np.linalg.norm(images - measured, axis=-1)
        weights = scores**2 * soft_l1_weight((scores * error / tolerance) ** 2)
        points = _points(measured, weights, rows, prior, prior_weights)
        if np.abs(scales / before - 1).max(initial=0.0) < CONVERGED:
            break
    return _Solution(points, error)


def _points(
    measured: Float[np.ndarray, "view frame joint 2"],
    weights: Float[np.ndarray, "view frame joint"],
    rows: Float[np.ndarray, "view frame 2 3"],
    prior: Float[np.ndarray, "frame joint 3"],
    prior_weights: Float[np.ndarray, "frame joint"],
) -> Float[np.ndarray, "frame joint 3"]:
    """Weighted least squares for every joint; where nothing has weight, the prior."""
    normal, right = normal_equations(measured, weights, rows)
    least = np.maximum(prior_weights, np.finfo(float).tiny ** 0.5)[..., None]
    normal = normal + least[..., None] * np.eye(3)
    return np.linalg.solve(normal, (right + least * prior)[..., None])[..., 0]


def _mean_pose(
    poses: Float[np.ndarray, "view frame joint 3"], weights: Float[np.ndarray, "view frame joint"]
) -> tuple[Float[np.ndarray, "frame joint 3"], Float[np.ndarray, "frame joint"]]:
    """The weighted geometric median of the views for every joint, and its weight (Weiszfeld)."""
    pull = weights
    for _ in range(MEDIAN_TURNS):
        total = pull.sum(0)
        mean = np.einsum("vfj,vfja->fja", pull, poses) / np.where(total > 0, total, 1.0)[..., None]
        pull = weights / np.maximum(np.linalg.norm(poses - mean, axis=-1), NEAREST)
    return mean, weights.sum(0)
