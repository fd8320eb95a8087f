"""Perspective bundle adjustment: rotations, translations, lenses and points together.

The points are eliminated: for any cameras they are solved for (`solve_points`), and what remains is
a dense least-squares problem of few unknowns, whose Jacobian is that of the cameras less what the
points can follow (variable projection: Golub and Pereyra 1973, with Kaufman's simplification).
`scipy.optimize.least_squares` solves it. Thousands of points cost little, and nothing is sparse.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from canonpose.solving.camera_unknowns import CameraUnknowns, Lens
from canonpose.solving.observations import Observations
from canonpose.solving.pinholes import Pinholes, Points, by_world, see
from canonpose.solving.points import misfit, rows_of_points, solve_points

MOST_STEPS = 60
INNER_STEPS = 6
TOLERANCE = 1e-5


@dataclass(frozen=True, eq=False)
class Bundle:
    """Cameras and points that agree best."""

    cameras: Pinholes
    points: Points
    cost: float
    """Mean soft-L1 cost of a detection, in squares of the tolerance."""
    focal_deviation: float
    """Standard deviation of the logarithm of the focal length (the largest of them), by the
    curvature of the cost and the size of the residuals; 0 where it was known."""
    turn_deviation: float
    """The same of a camera's turn against the first (the largest), in degrees."""
    steps: int


def bundle_adjusted(
    cameras: Pinholes,
    points: Points,
    detections: Observations,
    sizes: Float[np.ndarray, " view"],
    lens: Lens,
    *,
    most_steps: int = MOST_STEPS,
    tolerance: float = TOLERANCE,
) -> Bundle:
    """Adjust cameras and points; the first camera stays where it is.

    Parameters
    ----------
    cameras : Pinholes
        To start from.
    points : array [point, 3]
        To start from, as many as there are detections; all seen by two cameras or more.
    detections : Observations
    sizes : array [view]
        The longer side of every image, in pixels.
    lens : Lens
        What is to be found of the lenses.
    most_steps : int
        At most so many evaluations.
    tolerance : float
        Relative change of the cost or the unknowns at which to stop.
    """
    problem = _Problem(CameraUnknowns(cameras, sizes, lens), detections, points)
    lowest, highest = problem.unknowns.bounds
    found = least_squares(
        problem.residuals,
        problem.unknowns.start,
        problem.jacobian,
        bounds=(lowest, highest),
        x_scale="jac",
        ftol=tolerance,
        xtol=tolerance,
        max_nfev=most_steps,
    )
    seen = int((detections.weights > 0).sum())
    variances = problem.variances(found.x, float(found.cost), seen)
    turns = variances[: problem.unknowns.focal_columns.start].reshape(-1, 6)[:, :3].sum(1)
    return Bundle(
        problem.unknowns.cameras(found.x),
        problem.solved(found.x),
        2 * float(found.cost) / seen,
        float(np.sqrt(variances[problem.unknowns.focal_columns].max(initial=0.0))),
        float(np.degrees(np.sqrt(turns.max()))),
        int(found.nfev),
    )


@dataclass(eq=False)
class _Problem:
    """The reduced problem, of the cameras' unknowns alone."""

    unknowns: CameraUnknowns
    detections: Observations
    points: Points
    """Where the last accepted solution had them, from which the next one starts."""

    def solved(self, values: Float[np.ndarray, " unknown"]) -> Points:
        cameras = self.unknowns.cameras(values)
        return solve_points(cameras, self.detections, self.points, steps=INNER_STEPS).positions

    def residuals(self, values: Float[np.ndarray, " unknown"]) -> Float[np.ndarray, " residual"]:
        seen = see(self.unknowns.cameras(values), self.solved(values))
        misfits = misfit(seen, self.detections)
        return rows_of_points(misfits.values[..., None]).ravel()

    def jacobian(
        self, values: Float[np.ndarray, " unknown"]
    ) -> Float[np.ndarray, "residual unknown"]:
        """By the cameras, less what the points would follow; points move on to here."""
        cameras = self.unknowns.cameras(values)
        self.points = self.solved(values)
        seen = see(cameras, self.points)
        misfits = misfit(seen, self.detections)
        along = rows_of_points(misfits.along(by_world(cameras, seen)))
        slopes = rows_of_points(misfits.along(self.unknowns.slopes(values, seen)))
        normal = along.swapaxes(1, 2) @ along
        size = np.trace(normal, axis1=-2, axis2=-1)[:, None, None]
        normal += 1e-12 * size * np.eye(3)
        followed = np.linalg.solve(normal, along.swapaxes(1, 2) @ slopes)
        return (slopes - along @ followed).reshape(-1, len(values))

    def variances(
        self, values: Float[np.ndarray, " unknown"], cost: float, seen: int
    ) -> Float[np.ndarray, " unknown"]:
        """Of the unknowns; the world's scale, which is free, has none."""
        slopes = self.jacobian(values)
        free = 2 * seen - 3 * self.detections.weights.shape[1] - len(values)
        scale = np.linalg.norm(slopes, axis=0) + 1e-12
        scaled = slopes / scale
        covariance = np.linalg.pinv(scaled.T @ scaled, rcond=1e-10, hermitian=True)
        return np.diag(covariance) / scale**2 * 2 * cost / max(free, 1)
