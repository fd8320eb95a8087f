"""How sure an offset is: that it is no coincidence, and how precise it is.

**Coincidence.** A merge of two groups of cameras is the surer, the more the evidence at its lag
exceeds that at any other. Of several pairs of cameras the mean counts: they see the same
motion, and what resembles it in one camera does so in all (the margins of wrong footage grow with
the number of pairs, not with its root). The two constants are a logistic regression of "right
within one and a half frames" (of 30 a second) over 467 merges of training clips and virtual
captures, shifted at random and cut to 1.2 to 8 seconds, wrong footage among them.

**Precision.** Where nothing is shared, overlap x information is tau x a gamma variable of shape 2
(2 N x information is chi-squared with the four degrees of freedom of a 2 x 2 cross-covariance, N
the effective number of samples in the overlap and tau the seconds to each). So a curve tells its
own tau by its median far from the peak, and evidence over tau is a log-likelihood, whose bend at
the peak gives the offset's standard error. Nothing of it is fitted. It is told beside the
confidence.

benchmarks/synchronisation.py measures how well both hold.
"""

from collections.abc import Callable, Sequence
from math import hypot, inf

import numpy as np
from jaxtyping import Float

from canonpose.shifts.merging import PEAK, Merge, Solution

STEEPNESS = 2.67
HALF = 0.266
"""Nats x seconds; a margin of so much a pair is right every other time."""
SURE = 0.95
"""From here on an offset is worth writing down."""

LEAST_SHARED = 1.0
"""Seconds; cameras that share less are never sure, as little motion fits by chance."""
MOST_UNSURE = 0.9
BEND = 2
"""Samples to either side of a peak by which its bend is measured."""
MEDIAN = 1.678
"""Of the gamma distribution of shape 2."""
RIGHT = 0.05
"""Seconds; an offset whose standard error is above that is never sure."""

WORDS = ((0.99, "very sure"), (SURE, "sure"), (0.5, "unsure"), (0.0, "not found"))


def confidence(margin: float, pairs: int = 1) -> float:
    """The probability that a merge is right, 0..1.

    Parameters
    ----------
    margin : float
        Evidence of its lag less that of its best rival, nats x seconds.
    pairs : int
        How many pairs of cameras the evidence is the sum of.
    """
    each = max(margin, 0) / pairs + 0.02
    return float(1 / (1 + (HALF / each) ** STEEPNESS))


def in_words(value: float) -> str:
    """What a user may think of a confidence."""
    return next(words for least, words in WORDS if value >= least)


def confidences(solution: Solution, cameras: int) -> Float[np.ndarray, " camera"]:
    """Each camera's confidence: the weakest merge on its way to the first camera.

    That of the first camera itself is the best of the others'.
    """
    found = _along_merges(solution, cameras, merge_confidence, min, 1.0)
    found[0] = found[1:].max()
    return found


def standard_errors(solution: Solution, cameras: int) -> Float[np.ndarray, " camera"]:
    """Of each camera's offset against the first one's, seconds: the merges' between, together."""
    return _along_merges(solution, cameras, standard_error, hypot, 0.0)


def merge_confidence(merge: Merge) -> float:
    """The probability that a merge is no coincidence; never sure where it is not precise."""
    value = confidence(merge.best - merge.rival, merge.pairs)
    told = merge.shared >= LEAST_SHARED and standard_error(merge) <= RIGHT
    return value if told else min(value, MOST_UNSURE)


def standard_error(merge: Merge) -> float:
    """Of a merge's lag, seconds, from its own curve; infinite where that has no peak."""
    curve, place = merge.curve, -merge.curve.first
    away = np.abs(curve.lags) > PEAK
    chance = curve.evidence[away & (curve.evidence > 0)]
    near = curve.around(0, BEND).evidence
    bend = float(2 * near[BEND] - near[0] - near[-1]) * (curve.rate / BEND) ** 2
    if not len(chance) or bend <= 0 or not BEND <= place < len(curve.evidence) - BEND:
        return inf
    return float(np.sqrt(np.median(chance) / MEDIAN / bend))


def _along_merges(
    solution: Solution,
    cameras: int,
    of_each: Callable[[Merge], float],
    together: Callable[[float, float], float],
    start: float,
) -> Float[np.ndarray, " camera"]:
    """What the merges between the first camera and every other come to."""
    links: dict[int, list[tuple[int, float]]] = {camera: [] for camera in range(cameras)}
    for merge in solution.merges:
        a, b = merge.strongest
        value = of_each(merge)
        links[a].append((b, value))
        links[b].append((a, value))
    found, known = np.full(cameras, start), [0]
    for camera in known:  # grows
        for other, value in links[camera]:
            if other not in known:
                found[other] = together(float(found[camera]), value)
                known.append(other)
    return found


def misfits(solution: Solution, least: float = SURE) -> list[tuple[Sequence[int], float]]:
    """Groups of cameras that could not be joined to the rest, with the confidence."""
    return [
        (min(merge.groups, key=lambda group: (len(group), 0 in group)), merge_confidence(merge))
        for merge in solution.merges
        if merge_confidence(merge) < least
    ]
