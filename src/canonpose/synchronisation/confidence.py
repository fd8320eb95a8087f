"""How sure an offset is.

A joint of two groups of cameras is the surer, the more the evidence of its lag stands out above
that of any other. The margin is divided by the root of the number of pairs, since pairs see the
same motion and are not as many witnesses as there are of them. The two constants are a logistic
regression of "right within one and a half frames" (of 30 a second) over 467 joints of
training clips and virtual captures, shifted at random and cut to 1.2 to 8 seconds, wrong footage
among them (benchmarks/synchronisation.py measures how well it holds elsewhere).
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from canonpose.synchronisation.solving import Joint, Solution

STEEPNESS = 2.67
HALF = 0.266
"""Nats x seconds; a margin of so much a root pair is right every other time."""
SURE = 0.95
"""From here on an offset is worth writing down."""

LEAST_SHARED = 1.0
"""Seconds; cameras that share less are never sure, as little motion fits by chance."""
MOST_UNSURE = 0.9

WORDS = ((0.99, "very sure"), (SURE, "sure"), (0.5, "unsure"), (0.0, "not found"))


def confidence(margin: float, pairs: int = 1) -> float:
    """The probability that a joint is right, 0..1.

    Parameters
    ----------
    margin : float
        Evidence of its lag less that of its best rival, nats x seconds.
    pairs : int
        How many pairs of cameras the evidence is the sum of.
    """
    each = max(margin, 0) / np.sqrt(pairs) + 0.02
    return float(1 / (1 + (HALF / each) ** STEEPNESS))


def in_words(value: float) -> str:
    """What a user may think of a confidence."""
    return next(words for least, words in WORDS if value >= least)


def confidences(solution: Solution, cameras: int) -> Float[np.ndarray, " camera"]:
    """Each camera's confidence: the weakest joint on its way to the first camera.

    That of the first camera itself is the best of the others'.
    """
    links: dict[int, list[tuple[int, float]]] = {camera: [] for camera in range(cameras)}
    for joint in solution.joints:
        a, b = joint.strongest
        value = of_joint(joint)
        links[a].append((b, value))
        links[b].append((a, value))
    found = np.zeros(cameras)
    _spread(0, 1.0, -1, links, found)
    found[0] = found[1:].max()
    return found


def of_joint(joint: Joint) -> float:
    """The probability that a joint is right."""
    value = confidence(joint.best - joint.rival, joint.pairs)
    return value if joint.shared >= LEAST_SHARED else min(value, MOST_UNSURE)


def _spread(
    camera: int,
    value: float,
    came_from: int,
    links: dict[int, list[tuple[int, float]]],
    found: np.ndarray,
) -> None:
    found[camera] = value
    for other, strength in links[camera]:
        if other != came_from:
            _spread(other, min(value, strength), camera, links, found)


def misfits(solution: Solution, least: float = SURE) -> list[tuple[Sequence[int], float]]:
    """Groups of cameras that could not be joined to the rest, with the confidence."""
    return [
        (min(joint.groups, key=lambda group: (len(group), 0 in group)), of_joint(joint))
        for joint in solution.joints
        if of_joint(joint) < least
    ]
