"""One offset a camera, from curves between every two cameras.

Groups of cameras that are sure of each other are merged first, as in a tree of clusters: once two
groups are merged, all pairs between their cameras speak together for the shift to a third, so that
one pair that is taken in by a rhythm is outvoted. How sure each merge was stays known, and a camera
is as sure as the weakest merge between it and the reference. At the end all offsets are moved
together, by fractions of a sample, to where the pairs' evidence adds up to the most.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from jaxtyping import Float
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize

from canonpose.shifts.correlation import Curve

PEAK = 0.25
"""Seconds; what is nearer belongs to the same peak."""

Pair = tuple[int, int]
Group = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Merge:
    """Two groups of cameras that were brought together, as one step of `solve`."""

    groups: tuple[Group, Group]
    curve: Curve
    """All pairs between them; its lags are relative to the lag chosen."""
    best: float
    """The evidence there."""
    rival: float
    """The most evidence further than `PEAK` away from it."""
    strongest: Pair
    """The pair of cameras, one of each group, with the most evidence there."""

    @property
    def pairs(self) -> int:
        """How many pairs of cameras spoke."""
        return len(self.groups[0]) * len(self.groups[1])

    @property
    def shared(self) -> float:
        """Weighted seconds that both cameras of a pair filmed, on average."""
        return float(self.curve.overlap[-self.curve.first]) / self.pairs


@dataclass(frozen=True, eq=False)
class Solution:
    """Offsets that fit all pairs."""

    offsets: Float[np.ndarray, " camera"]
    """Seconds; the first camera's is 0."""
    merges: tuple[Merge, ...]
    """In the order in which they were made, one fewer than cameras."""


def solve(curves: Mapping[Pair, Curve], cameras: int) -> Solution:
    """The offsets of two or more cameras.

    Parameters
    ----------
    curves : mapping
        (first, second) with first < second to their curve; all of one rate.
    cameras : int
        How many; every pair must have a curve.
    """
    lags = np.zeros(cameras, dtype=np.int64)
    groups: list[Group] = [(camera,) for camera in range(cameras)]
    merges = []
    linking: dict[tuple[Group, Group], Curve] = {
        (a, b): curves[a[0], b[0]] for a in groups for b in groups if a < b
    }
    while len(groups) > 1:
        first, second = max(linking, key=lambda pair: _margin(linking[pair]))
        curve = linking[first, second]
        place, best, rival = peak_and_rival(curve)
        lags[list(second)] += curve.first + place
        pairs = product(first, second)
        strongest = max(pairs, key=lambda pair: _evidence_at(curves, pair, lags))
        centred = curve.shifted(-(curve.first + place))
        merges.append(Merge((first, second), centred, best, rival, strongest))
        groups = [group for group in groups if group not in (first, second)]
        merged = tuple(sorted((*first, *second)))
        linking = {
            pair: c for pair, c in linking.items() if pair[0] in groups and pair[1] in groups
        }
        for group in groups:
            low, high = min(merged, group), max(merged, group)
            linking[low, high] = _sum_between(curves, low, high, lags)
        groups.append(merged)
    offsets = polished(curves, lags.astype(np.float64))
    rate = next(iter(curves.values())).rate
    return Solution((offsets - offsets[0]) / rate, tuple(merges))


def between(curves: Mapping[Pair, Curve], first: int, second: int) -> Curve:
    """The curve of any two cameras, in either order."""
    return curves[first, second] if first < second else curves[second, first].reversed()


def _evidence_at(curves: Mapping[Pair, Curve], pair: Pair, lags: np.ndarray) -> float:
    curve = between(curves, *pair)
    place = int(lags[pair[1]] - lags[pair[0]]) - curve.first
    return float(curve.evidence[place]) if 0 <= place < len(curve.evidence) else 0.0


def peak_and_rival(curve: Curve) -> tuple[int, float, float]:
    """Where the most evidence is (an index), how much, and the most further away than `PEAK`."""
    place = int(curve.evidence.argmax())
    away = np.abs(np.arange(len(curve.evidence)) - place) > PEAK * curve.rate
    rival = float(curve.evidence[away].max()) if away.any() else 0.0
    return place, float(curve.evidence[place]), rival


def _margin(curve: Curve) -> float:
    _, best, rival = peak_and_rival(curve)
    return best - rival


def _sum_between(
    curves: Mapping[Pair, Curve],
    first: Group,
    second: Group,
    lags: np.ndarray,
) -> Curve:
    """The evidence of all pairs between two groups for a shift of the second."""
    parts = [between(curves, a, b).shifted(int(lags[a] - lags[b])) for a in first for b in second]
    start = min(part.first for part in parts)
    length = max(part.first + len(part.evidence) for part in parts) - start
    evidence, overlap = np.zeros(length), np.zeros(length)
    for part in parts:
        there = slice(part.first - start, part.first - start + len(part.evidence))
        evidence[there] += part.evidence
        overlap[there] += part.overlap
    return Curve(evidence, start, parts[0].rate, overlap)


REACH = 6
"""Samples around an offset that its last move knows of."""


def polished(
    curves: Mapping[Pair, Curve], offsets: Float[np.ndarray, " camera"]
) -> Float[np.ndarray, " camera"]:
    """Offsets (samples) moved, by less than two samples, to the most evidence over all pairs.

    Between samples a curve is a cubic spline. The first camera stays.
    """
    splines = {
        pair: spline
        for pair, curve in curves.items()
        if (spline := _spline(curve, int(offsets[pair[1]] - offsets[pair[0]]))) is not None
    }
    slopes = {pair: spline.derivative() for pair, spline in splines.items()}

    def cost(moves: np.ndarray) -> tuple[float, np.ndarray]:
        placed = offsets + np.concatenate([[0.0], moves])
        total, slope = 0.0, np.zeros(len(offsets))
        for (a, b), spline in splines.items():
            lag = placed[b] - placed[a]
            total -= float(spline(lag))
            slope[a] += float(slopes[a, b](lag))
            slope[b] -= float(slopes[a, b](lag))
        return total, slope[1:]

    start = np.zeros(len(offsets) - 1)
    found = minimize(cost, start, jac=True, method="L-BFGS-B", bounds=[(-2, 2)] * len(start))
    return offsets + np.concatenate([[0.0], found.x])


def _spline(curve: Curve, lag: int) -> CubicSpline | None:
    """The evidence around a lag."""
    place = lag - curve.first
    low, high = max(place - REACH, 0), min(place + REACH + 1, len(curve.evidence))
    if high - low < 4 or not low <= place < high:
        return None
    return CubicSpline(curve.first + np.arange(low, high), curve.evidence[low:high])


def refined(solution: Solution, fine: Mapping[Pair, Curve]) -> Solution:
    """The same merges, with offsets from more precise curves, within `PEAK` of those found."""
    rate = next(iter(fine.values())).rate
    lags = np.round(solution.offsets * rate).astype(int)
    near = {
        (a, b): curve.around(int(lags[b] - lags[a]), int(PEAK * rate))
        for (a, b), curve in fine.items()
    }
    return replace(solution, offsets=lags / rate + solve(near, len(lags)).offsets)
