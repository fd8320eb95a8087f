"""A rig's perspective cameras from its weak-perspective solution."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from canonpose.errors import InputError
from canonpose.solving.bundle import Bundle, bundle_adjusted
from canonpose.solving.camera_unknowns import FOCAL_RANGE, Lens
from canonpose.solving.config import SolveConfig
from canonpose.solving.observations import observations_of
from canonpose.solving.pinholes import Pinholes, Points
from canonpose.solving.points import solve_points
from canonpose.solving.rig_views import RigViews
from canonpose.solving.start import perspective_start
from canonpose.solving.weak import WeakPoses

FIRST_FOCAL = 1.2
"""Share of the image's longer side from which the focal length is looked for: 45 degrees."""
ONE_FOCAL = Lens()
FIRST_STEPS, FIRST_TOLERANCE = 30, 1e-3
"""Of comparing the worlds: the mirrored one may creep towards an endless focal length."""
FEWEST_POINTS = 100
MOST_DEVIATION = 0.2
"""Relative standard deviation of a focal length that the footage does not tell."""
MOST_TURN = 3.0
"""Standard deviation in degrees of a camera's turn that the footage does not tell: distant cameras,
in whose views no line comes together, leave it open how far apart two of them stand."""
BETTER = 2.0
"""Standard errors by which a richer lens must predict unused points better."""


class TooFewJoints(InputError):
    """The footage is too short for perspective, or too little of it is seen well."""


@dataclass(frozen=True, eq=False)
class PerspectiveRig:
    """Cameras and how well they explain what they saw."""

    bundle: Bundle
    lens: Lens
    longer: Float[np.ndarray, " view"]
    """The longer side of every image, in pixels."""

    @property
    def told(self) -> bool:
        """Whether the footage tells the focal lengths, none of which ran away, and the turns."""
        shares = self.bundle.cameras.focals / self.longer
        low, high = FOCAL_RANGE
        inside = (shares > 1.05 * low).all() and (shares < 0.95 * high).all()
        sure = self.bundle.focal_deviation < MOST_DEVIATION
        return bool(inside and sure and self.bundle.turn_deviation < MOST_TURN)


class RigProblem:
    """The points on which the cameras of a rig are adjusted, and those that judge it."""

    def __init__(self, views: RigViews, config: SolveConfig):
        tolerance = config.tolerance * views.person_by_view
        self.config = config
        self.longer = np.array([max(size) for size in views.sizes], dtype=np.float64)
        self.middles = np.array(views.sizes, dtype=np.float64) / 2
        self.detections = observations_of(views, tolerance).in_a_row
        confident = (self.detections.weights * tolerance[:, None] >= config.min_score).sum(0)
        good = np.flatnonzero(confident >= min(3, len(views.cameras)))
        if len(good) < FEWEST_POINTS:
            # A point of two views tells the cameras less, but takes may have no more than two each.
            good = np.flatnonzero(confident >= 2)
        if len(good) < FEWEST_POINTS:
            raise TooFewJoints(
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
        self,
        weak: WeakPoses,
        rotations: Float[np.ndarray, "view 3 3"],
        shares: float | Float[np.ndarray, " view"] = FIRST_FOCAL,
        lens: Lens = ONE_FOCAL,
    ) -> tuple[Bundle, Points]:
        """Few points adjusted, and where all points started.

        The focal lengths that one starts from, or that are known, are shares of the images' longer
        sides.
        """
        cameras, places = perspective_start(weak, rotations, self.middles, shares * self.longer)
        points = (weak.points + places[:, None]).reshape(-1, 3)
        points = np.where(np.isfinite(points), points, 0.0)
        few = self.detections.at(self.first)
        bundle = bundle_adjusted(
            cameras,
            points[self.first],
            few,
            self.longer,
            lens,
            most_steps=FIRST_STEPS,
            tolerance=FIRST_TOLERANCE,
        )
        return bundle, points

    def adjusted(self, first: Bundle, points: Points) -> PerspectiveRig:
        """All points adjusted, with the lens that the settings name or held-out points prefer."""
        wanted = self.config.focals
        lenses = [Lens("one", self.config.radial), Lens("own", self.config.radial)]
        if wanted != "auto":
            lenses = [lens for lens in lenses if lens.focals == wanted]
        found: list[PerspectiveRig] = []
        cameras = first.cameras
        for lens in lenses:
            bundle = self.bundle(cameras, points, lens)
            found.append(PerspectiveRig(bundle, lens, self.longer))
            cameras = bundle.cameras
        if len(found) == 1 or not (found[1].told and self._better(found, points)):
            return found[0]
        return found[1]

    def bundle(self, cameras: Pinholes, points: Points, lens: Lens) -> Bundle:
        """Cameras adjusted on all points that are used."""
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
