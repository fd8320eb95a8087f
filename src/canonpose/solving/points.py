"""Points in space from perspective cameras: robust, weighted by confidence, all at once."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from canonpose.solving.observations import Observations
from canonpose.solving.pinholes import Pinholes, Points, Projected, by_world, see

STEPS = 30
DAMPING, LEAST_DAMPING, MOST_DAMPING = 1e-3, 1e-12, 1e8
"""Of the largest axis of a point's normal equations. The least keeps those solvable that leave an
axis open, as where a joint lies on the line between the two cameras that see it."""
CONVERGED = 1e-7
"""Relative decrease of a point's cost below which it is left alone."""
EXACT = 1e-10
"""Cost of a point, in squares of the tolerance, that cannot matter."""


@dataclass(frozen=True, eq=False)
class Misfit:
    """Robust residuals of detections, whose squares are their soft-L1 cost."""

    values: Float[np.ndarray, "view point 2"]
    plain: Float[np.ndarray, "view point 2"]
    """Before they are made robust: pixels times weights."""
    factor: Float[np.ndarray, "view point"]
    slope: Float[np.ndarray, "view point"]
    """Twice the derivative of the factor by the plain residual's square."""
    weights: Float[np.ndarray, "view point"]

    def along(
        self, slopes: Float[np.ndarray, "view point 2 unknown"]
    ) -> Float[np.ndarray, "view point 2 unknown"]:
        """The residuals' derivatives, from those of the pixels."""
        across = (self.plain[..., None] * slopes).sum(-2)
        turned = (self.slope[..., None] * self.plain)[..., None] * across[..., None, :]
        return self.weights[..., None, None] * (self.factor[..., None, None] * slopes + turned)


def misfit(seen: Projected, detections: Observations) -> Misfit:
    """Soft-L1 as plain squares: ``r sqrt(rho(z) / z)`` with ``rho = 2 (sqrt(1 + z) - 1)``."""
    plain = detections.weights[..., None] * (seen.pixels - detections.pixels)
    bend = np.sqrt(1 + (plain**2).sum(-1))
    factor = np.sqrt(2 / (1 + bend))
    slope = -1 / (bend * factor * (1 + bend) ** 2)
    return Misfit(plain * factor[..., None], plain, factor, slope, detections.weights)


@dataclass(frozen=True, eq=False)
class SolvedPoints:
    """Points of least robust cost."""

    positions: Points
    cost: Float[np.ndarray, " point"]
    """Soft-L1, in squares of the tolerance."""
    information: Float[np.ndarray, "point 3 3"]
    """The normal equations, in one over squares of the world's unit."""


def solve_points(
    cameras: Pinholes, detections: Observations, start: Points, *, steps: int = STEPS
) -> SolvedPoints:
    """Levenberg-Marquardt for every point by itself, from where it is.

    Parameters
    ----------
    cameras : Pinholes
    detections : Observations
        Points that fewer than two cameras saw stay where they are, or nearly so.
    start : array [point, 3]
        Finite.
    steps : int
        At most so many.
    """
    points = start.astype(np.float64)
    damping = np.full(len(points), DAMPING)
    active = np.arange(len(points))
    for _ in range(steps):
        here = detections.at(active)
        cost, gradient, normal = _equations(cameras, here, points[active])
        size = damping[active, None] * (np.trace(normal, axis1=-2, axis2=-1)[:, None] + 1e-12)
        step = np.linalg.solve(normal + size[..., None] * np.eye(3), gradient[..., None])[..., 0]
        tried = points[active] - step
        new_cost = _cost(cameras, here, tried)
        better = new_cost <= cost
        points[active[better]] = tried[better]
        damping[active] = np.maximum(damping[active] * np.where(better, 0.1, 10.0), LEAST_DAMPING)
        done = np.where(
            better, cost - new_cost <= CONVERGED * cost + EXACT, damping[active] > MOST_DAMPING
        )
        active = active[~done]
        if not len(active):
            break
    cost, _, normal = _equations(cameras, detections, points)
    return SolvedPoints(points, cost, normal)


def _equations(
    cameras: Pinholes, detections: Observations, points: Points
) -> tuple[
    Float[np.ndarray, " point"], Float[np.ndarray, "point 3"], Float[np.ndarray, "point 3 3"]
]:
    seen = see(cameras, points)
    misfits = misfit(seen, detections)
    slopes = rows_of_points(misfits.along(by_world(cameras, seen)))
    gradient = slopes.swapaxes(1, 2) @ rows_of_points(misfits.values[..., None])
    return (misfits.values**2).sum((0, 2)), gradient[..., 0], slopes.swapaxes(1, 2) @ slopes


def rows_of_points(
    array: Float[np.ndarray, "view point 2 unknown"],
) -> Float[np.ndarray, "point row unknown"]:
    """All that belongs to one point together."""
    return np.ascontiguousarray(array.transpose(1, 0, 2, 3)).reshape(
        array.shape[1], -1, array.shape[-1]
    )


def _cost(
    cameras: Pinholes, detections: Observations, points: Points
) -> Float[np.ndarray, " point"]:
    return (misfit(see(cameras, points), detections).values ** 2).sum((0, 2))
