"""The offsets of one take's cameras from the motion that they saw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

import numpy as np
from jaxtyping import Float

from canonpose.synchronisation.confidence import confidences, standard_errors
from canonpose.synchronisation.correlation import (
    Curve,
    Spectra,
    agreed,
    correlate,
    transform_length,
)
from canonpose.synchronisation.merging import Pair, Solution, refined, solve
from canonpose.synchronisation.signals import Signals, motion_signals
from canonpose.synchronisation.views import Watched

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
    rate = min(max(view.fps for view in views), HIGHEST_RATE)
    signals = tuple(
        tuple(motion_signals(person, view.times, rate) for person in view.people) for view in views
    )
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
