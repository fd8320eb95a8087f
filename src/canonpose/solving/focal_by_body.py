"""The focal lengths of two cameras, told by the bodies that are filmed.

Two cameras that look at one person leave them open: for any focal lengths there are turns and
places of the cameras that fit the detections about as well, and a world that is bent accordingly.
But in a bent world bones change their lengths with where they point. So those focal lengths are
taken for which bones of constant length and smooth motion cost least.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float
from scipy.optimize import minimize, minimize_scalar

from canonpose.solving.camera_unknowns import Lens
from canonpose.solving.perspective import BETTER, PerspectiveRig, RigProblem
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.weak import WeakPoses

MIDDLES = np.log(np.geomspace(0.32, 3.6, 8))
"""Logarithms of focal lengths as shares of the images' longer sides, which are tried at first: the
mean of the two cameras'."""
RATIOS = np.log([0.35, 0.6, 1.0, 1 / 0.6, 1 / 0.35])
"""The same of the second camera's against the first's."""
EXACT = 0.05
"""To which these are looked for; a parabola says the rest."""
TOGETHER = 40
"""Tries at most when both are looked for at once."""
BESIDE = 0.1
"""At which distance it is seen how sure the best is."""
SPLIT = np.array([-0.5, 0.5])

Costs = Float[np.ndarray, " stretch"]
CostsOfBodies = Callable[[Pinholes], Costs]
"""By some cameras, in each of some stretches of footage; NaN where a stretch tells nothing."""


def rig_told_by_bodies(
    problem: RigProblem,
    weak: WeakPoses,
    rotations: Float[np.ndarray, "2 3 3"],
    costs_of_bodies: CostsOfBodies,
) -> PerspectiveRig:
    """The rig by the focal lengths at which bodies cost least, and how sure these are.

    One for both cameras, unless the settings ask for each its own or these differ clearly. The
    deviation is infinite where bodies are best at the ends of what is tried, as those are that
    leave no trace of perspective.

    Parameters
    ----------
    problem : RigProblem
        Of two cameras.
    weak : WeakPoses
        Of the world that is wanted, not of its mirror image.
    rotations : array [2, 3, 3]
        From that world to each camera.
    costs_of_bodies : function
    """
    lens = Lens("known", problem.config.radial)

    def costs(middle: float, ratio: float) -> Costs:
        shares = np.exp(middle + SPLIT * ratio)
        return costs_of_bodies(problem.first_bundle(weak, rotations, shares, lens)[0].cameras)

    (middle, deviation), ratio = Line(lambda place: costs(place, 0.0)).searched(MIDDLES), 0.0
    focals = problem.config.focals
    if focals != "one" and np.isfinite(deviation):
        ratio, unsure = Line(lambda place: costs(middle, place)).searched(RATIOS)
        if focals == "auto" and abs(ratio) <= BETTER * unsure:
            focals, ratio = "one", 0.0
        else:
            focals = "own"
            middle, ratio, deviation = _together(costs, middle, ratio)
    shares = np.exp(middle + SPLIT * ratio)
    first, points = problem.first_bundle(weak, rotations, shares, lens)
    bundle = problem.bundle(first.cameras, points, lens)
    found = Lens("own" if focals == "own" else "one", problem.config.radial)
    return PerspectiveRig(replace(bundle, focal_deviation=deviation), found, problem.longer)


def _together(
    costs: Callable[[float, float], Costs], middle: float, ratio: float
) -> tuple[float, float, float]:
    """The best of both, from those that are best one after the other, and the larger deviation."""
    near = np.array([middle, ratio]) + 2 * BESIDE * np.array([[0, 0], [1, 0], [0, 1]])
    found = minimize(
        lambda places: total(costs(*places)),
        near[0],
        method="Nelder-Mead",
        options={"initial_simplex": near, "xatol": EXACT, "fatol": np.inf, "maxfev": TOGETHER},
    )
    middle, ratio = found.x.tolist()
    beside = np.array([-BESIDE, 0.0, BESIDE])
    lines = (
        Line(lambda place: costs(place, ratio)).tried(middle + beside),
        Line(lambda place: costs(middle, place)).tried(ratio + beside),
    )
    return middle, ratio, max(line.best()[1] for line in lines)


@dataclass(eq=False)
class Line:
    """What bodies cost at some places along one direction."""

    costs_at: Callable[[float], Costs]
    places: list[float] = field(default_factory=list)
    costs: list[Costs] = field(default_factory=list)

    def cost(self, place: float) -> float:
        """Of all stretches; remembered."""
        costs = self.costs_at(place)
        if np.isfinite(costs).any():
            self.places.append(float(place))
            self.costs.append(costs)
        return total(costs)

    def tried(self, places: Iterable[float]) -> "Line":
        """The line itself, once these are tried as well."""
        for place in places:
            self.cost(place)
        return self

    def searched(self, places: Float[np.ndarray, " try"]) -> tuple[float, float]:
        """The best place between the neighbours of the best of these; as `best` says it."""
        least = int(np.argmin([self.cost(place) for place in places]))
        least = int(np.clip(least, 1, len(places) - 2))
        around = (places[least - 1], places[least + 1])
        minimize_scalar(self.cost, bounds=around, method="bounded", options={"xatol": EXACT})
        return self.best()

    def best(self) -> tuple[float, float]:
        """The place of the least cost, and its standard deviation: a jackknife over stretches.

        Infinite at an end of what was tried, or where fewer than two stretches tell something.
        """
        if len(self.places) < 3:
            return 0.0, np.inf
        order = np.argsort(self.places)
        places = np.array(self.places)[order]
        costs = np.stack(self.costs)[order]
        costs = costs[:, np.isfinite(costs).all(0)]
        count = costs.shape[1]
        place = lowest(places, costs.sum(1))
        if count < 2 or not places[0] < place < places[-1]:
            return place, np.inf
        others = np.array([lowest(places, np.delete(costs, one, 1).sum(1)) for one in range(count)])
        squares = ((others - others.mean()) ** 2).sum()
        return place, float(np.sqrt((count - 1) / count * squares))


def total(costs: Costs) -> float:
    """Of all stretches that tell something; infinite where none does."""
    return float(np.nansum(costs)) if np.isfinite(costs).any() else np.inf


def lowest(places: Float[np.ndarray, " try"], costs: Float[np.ndarray, " try"]) -> float:
    """Where the parabola through the least cost and its neighbours is lowest.

    Of three places or more, in order. The least cost's own place where it stands at an end.
    """
    least = int(np.argmin(costs))
    if least in (0, len(costs) - 1):
        return float(places[least])
    near = slice(least - 1, least + 2)
    square, slope, _ = np.polyfit(places[near] - places[least], costs[near], 2)
    return float(places[least] - slope / (2 * square)) if square > 0 else float(places[least])
