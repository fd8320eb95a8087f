"""Joints and views of a sequence that agree best with detections, bones and smooth motion."""

from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
from jaxtyping import Float, Int64

from canonpose.solving.observations import Observations
from canonpose.solving.sequence.bones import Bones, measured
from canonpose.solving.sequence.chain import banded, sampled, solved
from canonpose.solving.sequence.equations import Equations, Expected, equations
from canonpose.solving.sequence.views import AnyViews, Joints

DAMPING, LEAST_DAMPING, MOST_DAMPING = 1e-3, 1e-9, 1e6
CONVERGED = 1e-4
STEPS = 30
TINY = 1e-9
SLACK = 1e-9
"""What keeps the equations solvable in directions that nothing tells."""


@dataclass(frozen=True, eq=False)
class Adjusted(Generic[AnyViews]):
    """The best of a sequence."""

    joints: Joints
    views: AnyViews
    bones: Bones
    cost: float
    steps: int
    spread: Float[np.ndarray, "sample moment joint 3"]
    """How joints may be off together, drawn from the curvature of the cost and the size of the
    detections' residuals; no sample where none was asked for."""


def adjusted(
    joints: Joints,
    views: AnyViews,
    detections: Observations,
    ends: Int64[np.ndarray, "bone 2"],
    expected: Expected,
    *,
    steps: int = STEPS,
    converged: float = CONVERGED,
    samples: int = 0,
) -> Adjusted[AnyViews]:
    """Levenberg-Marquardt on all moments of a take together.

    Bones are as long as in the median of the moments, measured anew after every step, while the
    sum of all stays what it was at first, since images do not tell size.

    Parameters
    ----------
    joints : array [moment, joint, 3]
        To start from; finite.
    views : Views
        To start from.
    detections : Observations
        Moment by moment.
    ends : array [bone, 2]
        Pairs of joints that keep their distance.
    expected : Expected
    steps : int
        At most so many.
    converged : float
        Relative decrease of the cost at which to stop.
    samples : int
        Of how joints may be off.
    """
    bones = measured(joints, ends)
    size = float(bones.lengths.sum())
    damping, taken = DAMPING, 0
    here = equations(joints, views, detections, bones, expected)
    while taken < steps and damping < MOST_DAMPING:
        taken += 1
        # A step that goes much too far is not a number, and not taken.
        with np.errstate(over="ignore", invalid="ignore"):
            tried = _moved(joints, views, here, damping)
            cost = np.inf
            if tried is not None:
                cost = equations(*tried, detections, bones, expected).cost
        if tried is None or not cost < here.cost:
            damping *= 10
            continue
        damping = max(damping / 10, LEAST_DAMPING)
        joints, views = tried
        gain = here.cost - cost
        bones = _of_size(measured(joints, ends), size)
        here = equations(joints, views, detections, bones, expected)
        if gain < converged * here.cost:
            break
    spread = np.zeros((0, *joints.shape))
    if samples:
        spread = _spread(here, detections, joints, samples)
    return Adjusted(joints, views, bones, here.cost, taken, spread)


def _moved(
    joints: Joints, views: AnyViews, here: Equations, damping: float
) -> tuple[Joints, AnyViews] | None:
    band = banded(here.blocks, here.first, here.second)
    band[0] += damping * band[0] + TINY
    step = solved(band, here.gradient)
    if step is None:
        return None
    split = step.shape[1] - joints[0].size
    of_views = step[:, :split].reshape(len(joints), -1, max(views.unknowns, 1))
    return joints - step[:, split:].reshape(joints.shape), views.moved(-of_views)


def _of_size(bones: Bones, size: float) -> Bones:
    return replace(bones, lengths=bones.lengths * size / bones.lengths.sum())


def _spread(
    here: Equations, detections: Observations, joints: Joints, samples: int
) -> Float[np.ndarray, "sample moment joint 3"]:
    """By the detections' residuals: twice as many numbers as detections, less the joints'."""
    seen = detections.weights > 0
    free = 2 * int(seen.sum()) - 3 * int(seen.any(0).sum())
    variance = here.of_detections / max(free, 1)
    band = banded(here.blocks, here.first, here.second)
    band[0] += SLACK * band[0] + TINY
    drawn = sampled(band, here.gradient.shape, samples)
    return np.sqrt(variance) * drawn[..., -joints[0].size :].reshape(samples, *joints.shape)
