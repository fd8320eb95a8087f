"""A rig's perspective cameras from its weak-perspective solution."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from canonpose.errors import InputError
from canonpose.solving.bundle import Bundle, bundle_adjusted
from canonpose.solving.camera_unknowns import FOCAL_RANGE, Lens
from canonpose.solving.config import SolveConfig
from canonpose.solving.pinholes import Pinholes, Points
from canonpose.solving.points import observations_of, solve_points
from canonpose.solving.rig_views import RigViews
from canonpose.solving.start import perspective_start
from canonpose.solving.weak import WeakPoses

FIRST_FOCAL = 1.2
"""Share of the image's longer side from which the focal length is looked for: 45 degrees."""
FIRST_STEPS, FIRST_TOLERANCE = 30, 1e-3
"""Of comparing the worlds: the mirrored one may creep towards an endless focal length."""
FEWEST_POINTS = 100
MOST_DEVIATION = 0.2
"""Relative standard deviation of a focal length that the footage does not tell."""
BETTER = 2.0
"""Standard errors by which a richer lens must predict unused points better."""


@dataclass(frozen=True, eq=False)
class PerspectiveRig:
    """Cameras and how well they explain what they saw."""

    bundle: Bundle
    lens: Lens
    longer: Float[np.ndarray, " view"]
    """The longer side of every image, in pixels."""

    @property
    def told(self) -> bool:
        """Whether the footage tells the focal lengths, none of which ran away."""
        shares = self.bundle.cameras.focals / self.longer
        low, high = FOCAL_RANGE
        inside = (shares > 1.05 * low).all() and (shares < 0.95 * high).all()
        return bool(inside and self.bundle.focal_deviation < MOST_DEVIATION)


class RigProblem:
    """The points on which the cameras of a rig are adjusted, and those that judge it."""

    def __init__(self, views: RigViews, config: SolveConfig):
        tolerance = config.tolerance * views.person_by_view
        self.config = config
        self.longer = np.array([max(size) for size in views.sizes], dtype=np.float64)
        self.middles = np.array(views.sizes, dtype=np.float64) / 2
        self.detections = observations_of(
            views.positions.astype(np.float64), views.scores.astype(np.float64), tolerance
        )
        confident = (self.detections.weights * tolerance[:, None] >= config.min_score).sum(0)
        good = np.flatnonzero(confident >= min(3, len(views.cameras)))
        if len(good) < FEWEST_POINTS:
            # A point of two views tells the cameras less, but takes may have no more than two each.
            good = np.flatnonzero(confident >= 2)
        if len(good) < FEWEST_POINTS:
            raise InputError(
                f"cameras {', '.join(views.cameras)}: only {len(good)} joints are seen well enough "
                f"to tell how the cameras stand; film more, or lower min_score."
            )
        self.order = np.random.default_rng(config.seed).permutation(good)

    @property
    def first(self) -> Int64[np.ndarray, " chosen"]:
        """The few points on which the two worlds are compared."""
        return self.order[: self.config.first_points]

    @property
    def used(self) -> Int64[np.ndarray, " chosen"]:
        """The points on which the cameras are adjusted, half of all at most."""
        return self.order[: min(self.config.points, -(-len(self.order) // 2))]

    @property
    def held_out(self) -> Int64[np.ndarray, " chosen"]:
        """As many others."""
        return self.order[len(self.used) : 2 * len(self.used)]

    def first_bundle(
        self, weak: WeakPoses, rotations: Float[np.ndarray, "view 3 3"]
    ) -> tuple[Bundle, Points]:
        """Few points adjusted with one focal length, and where all points started."""
        cameras, places = perspective_start(
            weak, rotations, self.middles, FIRST_FOCAL * self.longer
        )
        points = (weak.points + places[:, None]).reshape(-1, 3)
        points = np.where(np.isfinite(points), points, 0.0)
        few = self.detections.at(self.first)
        bundle = bundle_adjusted(
            cameras,
            points[self.first],
            few,
            self.longer,
            Lens(),
            most_steps=FIRST_STEPS,
            tolerance=FIRST_TOLERANCE,
        )
        return bundle, points

    def adjusted(self, first: Bundle, points: Points) -> PerspectiveRig:
        """All points adjusted, with the lens that the settings name or held-out points prefer."""
        wanted = self.config.focals
        lenses = [Lens(own, self.config.radial) for own in (False, True)]
        if wanted != "auto":
            lenses = [lens for lens in lenses if lens.own_focals == (wanted == "own")]
        found: list[PerspectiveRig] = []
        cameras = first.cameras
        for lens in lenses:
            bundle = self._bundle(cameras, points, lens)
            found.append(PerspectiveRig(bundle, lens, self.longer))
            cameras = bundle.cameras
        if len(found) == 1 or not (found[1].told and self._better(found, points)):
            return found[0]
        return found[1]

    def _bundle(self, cameras: Pinholes, points: Points, lens: Lens) -> Bundle:
        here = self.detections.at(self.used)
        start = solve_points(cameras, here, points[self.used]).positions
        return bundle_adjusted(cameras, start, here, self.longer, lens)

    def _better(self, found: list[PerspectiveRig], points: Points) -> bool:
        """Whether the second lens predicts points better on which neither was adjusted."""
        here = self.detections.at(self.held_out)
        costs = [
            solve_points(rig.bundle.cameras, here, points[self.held_out]).cost for rig in found
        ]
        gain = costs[0] - costs[1]
        error = gain.std() / np.sqrt(max(len(gain), 1))
        return bool(gain.mean() > BETTER * error)
