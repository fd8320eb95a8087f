"""How 2D detectors err: errors and confidences as measured on real detections.

Behind every joint in every frame stands a hidden normal number, its difficulty turned round: it
holds together over time and along the bones, is lower for wrists than for shoulders, and drops
when the joint is behind the torso. The confidence is a rank-preserving function of it, and the
typical error one of the confidence. The error itself has a random direction that changes slowly,
and a random size with heavy tails.

The defaults and the tables of ``noise_tables.py`` were fitted to real detections.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from canonpose.config_checks import at_least, at_most, below
from canonpose.skeleton import Skeleton
from canonpose.virtual.noise_tables import (
    DIFFICULTY,
    ERROR_MEDIANS,
    ERROR_SCORES,
    MEDIAN_OF_RADIUS,
    PLAIN,
    SCORE_QUANTILES,
    SCORE_SHARES,
    TAIL_FACTORS,
    TAIL_SCORES,
    UNSURE,
)
from canonpose.virtual.processes import along_bones, correlated_process
from canonpose.virtual.swaps import swapped

View = Float[np.ndarray, "view frame joint 2"]
Scores = Float[np.ndarray, "view frame joint"]


@dataclass(frozen=True)
class NoiseConfig:
    """How much a virtual detector errs; the defaults are those of real detections."""

    strength: float = 1.0
    """Position errors times this; 0 is exact."""
    tail: float = 0.5
    """How much the size of errors of the same confidence varies: standard deviation of its
    logarithm at a middling confidence, more below, less above. 0 is a plain normal distribution."""
    confidence: float = 0.0
    """Shifts the confidences: +1 brings a joint from the median to the better 16 %."""
    bones: float = 0.5
    """Correlation of neighbours along a bone."""
    quick: float = 0.17
    """Seconds over which the quick part of an error is forgotten (to 1/e)."""
    slow: float = 2.0
    """Seconds over which the slow part is forgotten."""
    slow_share: float = 0.25
    """Of an error's variance, that is slow."""
    confidence_slow_share: float = 0.65
    """Of the confidence's variance, that is slow."""
    occlusion: float = 1.25
    """By how much a joint behind the torso is harder, in standard deviations."""
    swaps: float = 0.0005
    """Share of frames in which an arm or leg is taken for the other, with its confidence."""
    swap_seconds: float = 0.05
    """Mean length of a swap."""
    missing_below: float = 0.0
    """Joints with less confidence are not detected at all."""

    def __post_init__(self) -> None:
        sizes = ("strength", "tail", "quick", "slow", "occlusion", "swap_seconds")
        shares = ("bones", "slow_share", "confidence_slow_share", "swaps", "missing_below")
        at_least(self, "noise: ", **dict.fromkeys((*sizes, *shares), 0))
        below(self, "noise: ", **dict.fromkeys(sizes, np.inf))
        at_most(self, "noise: ", **dict.fromkeys(shares, 1) | {"swaps": 0.9})


def detect(
    exact: View,
    size: Float[np.ndarray, "view frame"],
    cover: Scores,
    skeleton: Skeleton,
    fps: float,
    config: NoiseConfig,
    random: np.random.Generator,
) -> tuple[View, Scores]:
    """What a detector would report.

    Parameters
    ----------
    exact : array [view, frame, detected joint, 2]
        Pixels; NaN where there is nothing to be seen.
    size : array [view, frame]
        The standing person's height in pixels there.
    cover : array [view, frame, detected joint]
        How much the joint is hidden: 0 in full view, 1 behind the torso.
    skeleton : Skeleton
        Only its detected joints are reported.
    fps : float
        Frames per second.
    config : NoiseConfig
    random : Generator

    Returns
    -------
    positions : array [view, frame, detected joint, 2]
        Pixels; NaN where nothing was detected.
    scores : array [view, frame, detected joint]
        0..1; 0 where nothing was detected.
    """
    kinds = [DIFFICULTY.get(joint.rsplit("_", 1)[-1], PLAIN) for joint in skeleton.detected]
    fields = _fields(exact.shape[:3], skeleton, fps, config, random)
    mean, spread, sure, unsure = np.array(kinds).T
    ease = mean + spread * fields[..., 0] - config.occlusion * cover + config.confidence
    scores = np.interp(_normal_share(ease), SCORE_SHARES, SCORE_QUANTILES)
    typical = np.exp(np.interp(scores, ERROR_SCORES, np.log(ERROR_MEDIANS))) / MEDIAN_OF_RADIUS
    typical *= np.where(scores < UNSURE, unsure, sure) * size[..., None]
    tail = config.tail * np.interp(scores, TAIL_SCORES, TAIL_FACTORS)
    errors = typical * np.exp(tail * fields[..., 1])
    positions = exact + config.strength * errors[..., None] * fields[..., 2:]
    positions, scores = swapped(
        positions, scores, skeleton, fps, config.swaps, config.swap_seconds, random
    )
    missing = np.isnan(positions).any(-1) | (scores < config.missing_below)
    return np.where(missing[..., None], np.nan, positions), np.where(missing, 0, scores)


def _fields(
    shape: tuple[int, ...],
    skeleton: Skeleton,
    fps: float,
    config: NoiseConfig,
    random: np.random.Generator,
) -> Float[np.ndarray, "view frame joint 4"]:
    """Hidden ease, log size, and two coordinates of the direction: all standard normal."""
    views, frames, detected = shape
    joints = len(skeleton)
    mixed = along_bones(skeleton, skeleton.joints, config.bones)[:detected]
    slow_share = np.array([config.confidence_slow_share, *(config.slow_share,) * 3])
    parts = []
    for seconds, share in ((config.quick, 1 - slow_share), (config.slow, slow_share)):
        numbers = correlated_process(random, (frames, views, joints, 4), seconds * fps)
        parts.append(np.sqrt(share) * numbers)
    return (mixed @ (parts[0] + parts[1])).swapaxes(0, 1)


def _normal_share(numbers: Float[np.ndarray, "..."]) -> Float[np.ndarray, "..."]:
    """The share of standard normal numbers that are smaller."""
    return torch.special.ndtr(torch.from_numpy(np.ascontiguousarray(numbers))).numpy()
