"""The offsets of one take's cameras from the motion that they saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from jaxtyping import Float

from canonpose.shifts.confidence import confidences, standard_errors
from canonpose.shifts.correlation import (
    Curve,
    Spectra,
    agreed,
    correlate,
    transform_length,
)
from canonpose.shifts.merging import Pair, Solution, refined, solve
from canonpose.shifts.signals import Signals, motion_signals
from canonpose.shifts.views import Watched

HIGHEST_RATE = 60.0
"""Samples a second; motion holds nothing faster, and offsets are found between samples anyway."""


@dataclass(frozen=True, eq=False)
class Estimate:
    """What one take's motion says about its cameras' clocks."""

    cameras: tuple[str, ...]
    offsets: Float[np.ndarray, " camera"]
    """Seconds; a camera's clock at t + offset shows what the first one's shows at t."""
    confidence: Float[np.ndarray, " camera"]
    """0..1; that it is no coincidence."""
    standard_error: Float[np.ndarray, " camera"]
    """Seconds, of the offsets."""
    solution: Solution
    signals: tuple[tuple[Signals, ...], ...]
    """Of every camera's people."""


def estimate(views: Sequence[Watched]) -> Estimate:
    """Offsets of two or more cameras of one scene."""
    signals = signals_of(views)
    changes = [[person.changes() for person in people] for people in signals]
    fine = pair_curves(signals, centred=True)
    coarse = {pair: agreed(curve, fine[pair]) for pair, curve in pair_curves(changes).items()}
    solution = refined(solve(coarse, len(views)), fine)
    return Estimate(
        cameras=tuple(view.camera for view in views),
        offsets=solution.offsets,
        confidence=confidences(solution, len(views)),
        standard_error=standard_errors(solution, len(views)),
        solution=solution,
        signals=signals,
    )


def signals_of(views: Sequence[Watched]) -> tuple[tuple[Signals, ...], ...]:
    """Every camera's people as signals of one rate."""
    rate = min(max(view.fps for view in views), HIGHEST_RATE)
    return tuple(
        tuple(motion_signals(person, view.times, rate) for person in view.people) for view in views
    )


def information_at(
    signals: Sequence[Sequence[Signals]], offsets: Float[np.ndarray, " camera"]
) -> Float[np.ndarray, " camera"]:
    """Nats that each camera's motion and another's tell of each other, the mean over the others.

    It does not grow with the overlap, as evidence does, so that a large offset is no drawback.

    Parameters
    ----------
    signals : sequence
        Of every camera's people.
    offsets : array
        Seconds at which the cameras are compared, to a sample.
    """
    told = np.zeros(len(offsets))
    for (a, b), curve in pair_curves(signals, centred=True).items():
        near = curve.around(round((offsets[b] - offsets[a]) * curve.rate), 1)
        told[[a, b]] += near.evidence.max() / max(near.overlap[0], 1e-9)
    return told / (len(offsets) - 1)


def pair_curves(
    signals: Sequence[Sequence[Signals]], *, centred: bool = False
) -> dict[Pair, Curve]:
    """The evidence between every two cameras; at every lag that of the two people who fit best."""
    length = transform_length([len(people[0]) for people in signals])
    spectra = [[Spectra.of(person, length) for person in people] for people in signals]

    def best(first: Sequence[Spectra], second: Sequence[Spectra]) -> Curve:
        return _best_of([correlate(p, q, centred=centred) for p, q in product(first, second)])

    return {(a, b): best(spectra[a], spectra[b]) for a, b in combinations(range(len(spectra)), 2)}


def _best_of(curves: Sequence[Curve]) -> Curve:
    evidence = np.stack([curve.evidence for curve in curves])
    overlap = np.stack([curve.overlap for curve in curves])
    best = evidence.argmax(0)[None]
    return replace(
        curves[0],
        evidence=np.take_along_axis(evidence, best, 0)[0],
        overlap=np.take_along_axis(overlap, best, 0)[0],
    )
