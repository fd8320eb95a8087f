"""Every joint of every moment from a rig's cameras, and how far each may be off."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from canonpose.geometry.triangulation import triangulate
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete
from canonpose.solving.observations import Observations, observations_of
from canonpose.solving.pinholes import Pinholes, see
from canonpose.solving.points import solve_points
from canonpose.solving.rig_views import RigViews
from canonpose.solving.weak import WeakPoses

LEFT_OUT_POINTS = 2000
"""Points on which cameras are judged by the others."""


@dataclass(frozen=True, eq=False)
class JointsIn3D:
    """Detected joints of all moments of a rig."""

    positions: Float[np.ndarray, "frame joint 3"]
    """NaN where fewer than two views fix them."""
    sigma: Float[np.ndarray, "frame joint"]
    """Root mean square distance that a joint may be off; NaN where there is none."""
    error: Float[np.ndarray, "view frame joint"]
    """Pixels by which detections are off; NaN where there is none."""
    left_out: Float[np.ndarray, " view"]
    """Median error of each camera's detections from what the others say; NaN with two."""

    @property
    def valid(self) -> Bool[np.ndarray, "frame joint"]:
        """Where there is a joint."""
        return np.isfinite(self.positions).all(-1)


def joints_of_perspective(
    cameras: Pinholes, views: RigViews, tolerance: Float[np.ndarray, " view"]
) -> JointsIn3D:
    """Triangulate robustly: linear, then soft-L1 of the pixels, weighted by confidence.

    Parameters
    ----------
    cameras : Pinholes
    views : RigViews
    tolerance : array [view]
        Pixels of every camera that a confident detection may be off.
    """
    linear = triangulate(
        list(cameras.named(views.cameras, views.sizes).values()),
        views.positions,
        views.scores,
        max_error=np.inf,
        min_views=2,
    )
    shape = views.scores.shape
    detections = observations_of(views, tolerance).in_a_row
    start = linear.positions.reshape(-1, 3)
    chosen = np.flatnonzero(np.isfinite(start).all(1) & detections.solvable)
    here = detections.at(chosen)
    solved = solve_points(cameras, here, start[chosen])
    free = int(2 * (here.weights > 0).sum() - 3 * len(chosen))
    points, sigma = np.full(start.shape, np.nan), np.full(len(start), np.nan)
    points[chosen] = solved.positions
    sigma[chosen] = _deviation(solved.information, float(solved.cost.sum()) / max(free, 1))
    off = np.full((shape[0], len(start)), np.nan)
    off[:, chosen] = _error(cameras, solved.positions, here)
    return JointsIn3D(
        points.reshape(*shape[1:], 3),
        sigma.reshape(shape[1:]),
        off.reshape(shape),
        _left_out(cameras, here, solved.positions),
    )


def joints_of_weak(weak: WeakPoses, rotations: Float[np.ndarray, "view 3 3"]) -> JointsIn3D:
    """The same of a weak-perspective solution; no camera is judged by the others."""
    scales = np.nan_to_num(weak.scales)
    rows = rotations[:, :2]
    outer = np.einsum("vka,vkb->vab", rows, rows)
    information = np.einsum("vfj,vf,vab->fjab", weak.weights, scales**2, outer)
    squares = float((weak.weights * np.nan_to_num(weak.error) ** 2).sum())
    there = np.isfinite(weak.points).all(-1)
    free = 2 * int((weak.weights > 0).sum()) - 3 * int(there.sum()) - 3 * int((scales > 0).sum())
    sigma = np.full(there.shape, np.nan)
    sigma[there] = _deviation(information[there], squares / max(free, 1))
    left_out = np.full(len(rotations), np.nan)
    return JointsIn3D(weak.points, sigma, weak.error, left_out)


def completed(
    in_3d: JointsIn3D, scores: Float[np.ndarray, "view frame joint"], skeleton: Skeleton
) -> tuple[
    Float[np.ndarray, "frame every_joint 3"],
    Float[np.ndarray, "frame every_joint"],
    Float[np.ndarray, "frame every_joint"],
]:
    """Positions, confidences and deviations of all joints, derived ones too.

    Parameters
    ----------
    in_3d : JointsIn3D
        Of the detected joints.
    scores : array [view, frame, joint]
        Of the detections that they rest on, 0 where missing.
    skeleton : Skeleton
        Of all joints.
    """
    seen = scores > 0
    means = np.where(seen, scores, 0.0).sum(0) / np.maximum(seen.sum(0), 1)
    means = np.where(in_3d.valid, means, 0.0).astype(np.float64)
    points, every_score = complete(in_3d.positions, means, skeleton)
    squares = np.where(in_3d.valid, in_3d.sigma, np.nan) ** 2
    sigma = np.full(every_score.shape, np.nan)
    for place, joint in enumerate(skeleton.joints):
        origins = skeleton.derived.get(joint, (joint,))
        several = squares[:, [skeleton.detected.index(origin) for origin in origins]]
        # Of the mean of joints whose errors know nothing of each other.
        sigma[:, place] = np.sqrt(several.sum(-1)) / len(origins)
    return points, every_score, sigma


def _deviation(
    information: Float[np.ndarray, "point 3 3"], variance: float
) -> Float[np.ndarray, " point"]:
    """The root of the trace of the covariance."""
    size = np.trace(information, axis1=-2, axis2=-1)[:, None, None]
    covariance = np.linalg.inv(information + 1e-9 * np.maximum(size, 1e-300) * np.eye(3))
    return np.sqrt(np.trace(covariance, axis1=-2, axis2=-1) * variance)


def _error(
    cameras: Pinholes, points: Float[np.ndarray, "point 3"], detections: Observations
) -> Float[np.ndarray, "view point"]:
    off = np.linalg.norm(see(cameras, points).pixels - detections.pixels, axis=-1)
    return np.where(detections.weights > 0, off, np.nan)


def _left_out(
    cameras: Pinholes, detections: Observations, points: Float[np.ndarray, "point 3"]
) -> Float[np.ndarray, " view"]:
    views = len(cameras)
    errors = np.full(views, np.nan)
    for view in range(views):
        weights = detections.weights.copy()
        weights[view] = 0
        chosen = np.flatnonzero(((weights > 0).sum(0) >= 2) & (detections.weights[view] > 0))
        chosen = chosen[:: -(-len(chosen) // LEFT_OUT_POINTS) or 1]
        if len(chosen):
            others = replace(detections, weights=weights).at(chosen)
            without = solve_points(cameras, others, points[chosen]).positions
            errors[view] = np.nanmedian(_error(cameras, without, detections.at(chosen))[view])
    return errors
