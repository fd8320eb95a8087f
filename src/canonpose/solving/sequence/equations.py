"""Normal equations of a sequence: detections, bones, smooth motion, steady cameras.

Residuals count in units of what is expected. Detections, bones and accelerations are robust by
reweighting: their cost is soft-L1, and the equations hold the quadratic that touches it at the
present residual.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from canonpose.solving.observations import Observations
from canonpose.solving.sequence.bones import Bones, stretch
from canonpose.solving.sequence.views import Joints, Sight, Views
from canonpose.solving.soft_l1 import soft_l1, soft_l1_weight


@dataclass(frozen=True)
class Expected:
    """How far a body is expected to be off being rigid and steady."""

    stretch: float
    """Of bones, in the unit of length."""
    bend: float
    """Second difference of joints from moment to moment, in the unit of length."""


@dataclass(frozen=True, eq=False)
class Equations:
    """Around the present joints and views; unknowns are those of all views, then the joints'."""

    cost: float
    of_detections: float
    """The part of the cost that detections have."""
    blocks: Float[np.ndarray, "moment unknown unknown"]
    first: Float[np.ndarray, "link unknown"]
    """Weights of first differences, as `chain.banded` takes them."""
    second: Float[np.ndarray, "bend unknown"]
    """Weights of second differences."""
    gradient: Float[np.ndarray, "moment unknown"]


def equations(
    joints: Joints, views: Views, detections: Observations, bones: Bones, expected: Expected
) -> Equations:
    """All of the cost, its gradient and its normal equations."""
    sight = views.see(joints)
    blocks, gradient, of_detections = _of_detections(sight, detections)
    split = views.unknowns * len(detections.weights)
    of_joints = slice(split, None)
    cost = of_detections + _add_start(blocks, gradient, views)
    cost += _add_bones(
        blocks[:, of_joints, of_joints], gradient[:, of_joints], joints, bones, expected
    )
    first, second, smooth_cost = _add_smoothness(gradient, joints, views, split, expected)
    return Equations(cost + smooth_cost, of_detections, blocks, first, second, gradient)


def _add_smoothness(
    gradient: np.ndarray, joints: Joints, views: Views, split: int, expected: Expected
) -> tuple[np.ndarray, np.ndarray, float]:
    """Weights of first and second differences along the chain, and their cost."""
    links = len(joints) - 1
    of_views = views.changes().reshape(links, split)
    of_joints = np.diff(joints, axis=0).reshape(links, joints[0].size)
    changes = np.concatenate([of_views, of_joints], axis=1)
    bends = np.diff(changes, axis=0)
    count = split // views.unknowns if views.unknowns else 0
    first, second = np.zeros(changes.shape), np.zeros(bends.shape)
    first[:, :split] = np.tile(1 / views.steadiness.change, count) ** 2
    second[:, :split] = np.tile(1 / views.steadiness.bend, count) ** 2
    rough = ((bends[:, split:].reshape(len(bends), joints.shape[1], 3) / expected.bend) ** 2).sum(
        -1
    )
    second[:, split:] = np.repeat(soft_l1_weight(rough), 3, axis=1) / expected.bend**2
    pull, pull_bend = first * changes, second * bends
    gradient[1:] += pull
    gradient[:-1] -= pull
    gradient[:-2] += pull_bend
    gradient[1:-1] -= 2 * pull_bend
    gradient[2:] += pull_bend
    cost = soft_l1(rough).sum() + (pull_bend * bends)[:, :split].sum() + (pull * changes).sum()
    return first, second, float(cost)


def _of_detections(sight: Sight, detections: Observations) -> tuple[np.ndarray, np.ndarray, float]:
    """Normal equations of every moment by itself."""
    off = sight.pixels - detections.pixels
    square = detections.weights**2 * (off**2).sum(-1)
    weights = detections.weights**2 * soft_l1_weight(square)
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
    return blocks, gradient, float(soft_l1(square).sum())


def _add_bones(
    blocks: np.ndarray, gradient: np.ndarray, joints: Joints, bones: Bones, expected: Expected
) -> float:
    """Bones too long or too short."""
    here = stretch(joints, bones)
    off = here.values / expected.stretch
    weights = soft_l1_weight(off**2) / expected.stretch**2
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
    return float(soft_l1(off**2).sum())


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
