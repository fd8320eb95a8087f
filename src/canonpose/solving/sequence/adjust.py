"""Joints and views of a sequence that agree best with detections, bones and smooth motion."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float

from canonpose.solving.sequence.bones import Bones, measured, stretch
from canonpose.solving.sequence.chain import banded, solve_banded_chain
from canonpose.solving.sequence.views import Joints, Sight, Views

DAMPING, LEAST_DAMPING, MOST_DAMPING = 1e-3, 1e-9, 1e6
CONVERGED = 1e-4
"""Relative decrease of the cost at which to stop."""


@dataclass(frozen=True, eq=False)
class Detections:
    """What was seen, all moments in a row."""

    pixels: Float[np.ndarray, "view moment joint 2"]
    """0 where missing."""
    weights: Float[np.ndarray, "view moment joint"]
    """One over the pixels that a detection may be off; 0 where missing."""
    joined: Bool[np.ndarray, " link"]
    """Whether a moment follows the one before; not where another take begins."""


@dataclass(frozen=True)
class Expected:
    """How far a body is expected to be off being rigid and steady."""

    stretch: float
    """Of bones, in the unit of length."""
    bend: float
    """Second difference of joints from moment to moment, in the unit of length."""


@dataclass(frozen=True, eq=False)
class Adjusted:
    """The best of a sequence."""

    joints: Joints
    views: Views
    bones: Bones
    cost: float
    steps: int


@dataclass(frozen=True, eq=False)
class _Terms:
    """Residuals in units of what is expected, and their weights for being robust."""

    cost: float
    blocks: Float[np.ndarray, "moment unknown unknown"]
    first: Float[np.ndarray, "link unknown"]
    second: Float[np.ndarray, "bend unknown"]
    gradient: Float[np.ndarray, "moment unknown"]


def adjusted(
    joints: Joints,
    views: Views,
    detections: Detections,
    ends: np.ndarray,
    expected: Expected,
    *,
    steps: int = 30,
) -> Adjusted:
    """Levenberg-Marquardt on all moments together, robust by reweighting (soft-L1).

    Bones are as long as in the median of the moments, measured anew after every step, while the
    mean of all stays what it was at first.

    Parameters
    ----------
    joints : array [moment, joint, 3]
        To start from; finite.
    views : Views
        To start from.
    detections : Detections
    ends : array [bone, 2]
        Pairs of joints that keep their distance.
    expected : Expected
    steps : int
        At most so many.
    """
    bones = measured(joints, ends)
    size = float(bones.lengths.sum())
    damping = DAMPING
    terms = _terms(joints, views, detections, bones, expected)
    taken = 0
    for _ in range(steps):
        step = _step(terms, damping)
        if step is None:
            damping *= 10
            continue
        taken += 1
        split = views.unknowns * len(detections.weights)
        shape = (len(joints), len(detections.weights), views.unknowns)
        tried_views = views.moved(-step[:, :split].reshape(shape))
        tried_joints = joints - step[:, split:].reshape(joints.shape)
        cost = _terms(tried_joints, tried_views, detections, bones, expected).cost
        if not cost < terms.cost:
            damping *= 10
            if damping > MOST_DAMPING:
                break
            continue
        gain = terms.cost - cost
        joints, views = tried_joints, tried_views
        damping = max(damping / 10, LEAST_DAMPING)
        bones = _of_size(measured(joints, ends), size)
        terms = _terms(joints, views, detections, bones, expected)
        if gain < CONVERGED * terms.cost:
            break
    return Adjusted(joints, views, bones, terms.cost, taken)


def _of_size(bones: Bones, size: float) -> Bones:
    return replace(bones, lengths=bones.lengths * size / bones.lengths.sum())


def _step(terms: _Terms, damping: float) -> Float[np.ndarray, "moment unknown"] | None:
    band = banded(terms.blocks, terms.first, terms.second)
    band[0] += damping * band[0] + 1e-9
    return solve_banded_chain(band, terms.gradient)


def _terms(
    joints: Joints, views: Views, detections: Detections, bones: Bones, expected: Expected
) -> _Terms:
    """All of the cost, its gradient and its normal equations."""
    sight = views.see(joints)
    blocks, gradient, cost = _of_detections(sight, detections)
    split = views.unknowns * len(detections.weights)
    cost += _add_bones(blocks[:, split:, split:], gradient[:, split:], joints, bones, expected)
    cost += _add_start(blocks, gradient, views)
    changes = np.concatenate(
        [
            views.changes().reshape(len(joints) - 1, -1),
            np.diff(joints, axis=0).reshape(len(joints) - 1, -1),
        ],
        axis=1,
    )
    of_views = views.steadiness
    count = len(detections.weights)
    free = np.full(joints[0].size, np.inf)
    first = (1 / np.concatenate([np.tile(of_views.change, count), free])) ** 2
    first = np.where(detections.joined[:, None], first, 0.0)
    bends = np.diff(changes, axis=0)
    second = (1 / np.concatenate([np.tile(of_views.bend, count), free])) ** 2
    second = np.repeat(second[None], len(bends), axis=0)
    straight = bends[:, split:].reshape(len(bends), -1, 3) / expected.bend
    rough = (straight**2).sum(-1)
    second[:, split:] = np.repeat(_bend(rough), 3, axis=1) / expected.bend**2
    both = detections.joined[1:] & detections.joined[:-1]
    second = np.where(both[:, None], second, 0.0)
    cost += float(_soft(rough)[both].sum())
    cost += float((second * bends**2)[:, :split].sum() + (first * changes**2).sum())
    pull, pull_bend = first * changes, second * bends
    gradient[1:] += pull
    gradient[:-1] -= pull
    gradient[:-2] += pull_bend
    gradient[1:-1] -= 2 * pull_bend
    gradient[2:] += pull_bend
    return _Terms(cost, blocks, first, second, gradient)


def _of_detections(
    sight: Sight, detections: Detections
) -> tuple[np.ndarray, np.ndarray, float]:
    """Normal equations of every moment by itself."""
    off = sight.pixels - detections.pixels
    square = detections.weights**2 * (off**2).sum(-1)
    weights = detections.weights**2 * _bend(square)
    views, moments, joints = weights.shape
    unknowns = sight.by_view.shape[-1]
    split = views * unknowns
    size = split + 3 * joints
    blocks, gradient = np.zeros((moments, size, size)), np.zeros((moments, size))
    by_view = weights[..., None, None] * sight.by_view
    by_joint = weights[..., None, None] * sight.by_joint
    places = split + np.arange(3 * joints).reshape(joints, 3)
    own = np.einsum("vfjka,vfjkb->fjab", by_joint, sight.by_joint, optimize=True)
    blocks[:, places[:, :, None], places[:, None, :]] = own
    gradient[:, split:] = np.einsum("vfjka,vfjk->fja", by_joint, off).reshape(moments, -1)
    for view in range(views if unknowns else 0):
        here = slice(view * unknowns, (view + 1) * unknowns)
        flat = by_view[view].reshape(moments, -1, unknowns)
        plain = sight.by_view[view].reshape(moments, -1, unknowns)
        blocks[:, here, here] = flat.swapaxes(1, 2) @ plain
        cross = np.einsum("fjka,fjkb->fjba", by_view[view], sight.by_joint[view], optimize=True)
        cross = cross.reshape(moments, 3 * joints, unknowns)
        blocks[:, split:, here] = cross
        blocks[:, here, split:] = cross.swapaxes(1, 2)
        gradient[:, here] = np.einsum("fjka,fjk->fa", by_view[view], off[view])
    return blocks, gradient, float(_soft(square).sum())


def _add_bones(
    blocks: np.ndarray, gradient: np.ndarray, joints: Joints, bones: Bones, expected: Expected
) -> float:
    """Bones too long or too short."""
    here = stretch(joints, bones)
    off = here.values / expected.stretch
    weights = _bend(off**2) / expected.stretch**2
    outer = weights[..., None, None] * here.along[..., :, None] * here.along[..., None, :]
    pull = (weights * here.values)[..., None] * here.along
    for bone, (a, b) in enumerate(bones.ends):
        low, high = slice(3 * a, 3 * a + 3), slice(3 * b, 3 * b + 3)
        blocks[:, low, low] += outer[:, bone]
        blocks[:, high, high] += outer[:, bone]
        blocks[:, low, high] -= outer[:, bone]
        blocks[:, high, low] -= outer[:, bone]
        gradient[:, low] -= pull[:, bone]
        gradient[:, high] += pull[:, bone]
    return float(_soft(off**2).sum())


def _add_start(blocks: np.ndarray, gradient: np.ndarray, views: Views) -> float:
    """Views far from where they began."""
    if not views.unknowns:
        return 0.0
    away = views.away()
    weights = np.broadcast_to((1 / views.steadiness.start) ** 2, away.shape)
    flat = weights.reshape(len(away), -1)
    split = flat.shape[1]
    places = np.arange(split)
    blocks[:, places, places] += flat
    gradient[:, :split] += flat * away.reshape(len(away), -1)
    return float((weights * away**2).sum())


def _soft(square: np.ndarray) -> np.ndarray:
    """Soft-L1 of a square."""
    return 2 * (np.sqrt(1 + square) - 1)


def _bend(square: np.ndarray) -> np.ndarray:
    """What it weighs: the derivative of `_soft`."""
    return 1 / np.sqrt(1 + square)
