"""The learning rate, and the weight of camera-consistency, as functions of the step."""

import math

from canonpose.training.config import TrainingConfig

MILESTONES = (0.3, 0.6, 0.9)
"""Shares of the training after which the step schedule divides by 10 (epochs 30, 60, 90 of 100)."""
WARM_UP = 0.05
"""Share of the training over which the cosine schedule rises from 0."""

FIRST_SHARE = 0.1
"""Of its weight, that camera-consistency begins with where it grows."""


def learning_rate_at(config: TrainingConfig, step: int, steps: int) -> float:
    """The learning rate of a step, counted from 0, of a training of so many steps."""
    if config.schedule == "steps":
        passed = sum(step >= round(share * steps) for share in MILESTONES)
        return float(config.learning_rate * 0.1**passed)
    warm_up = max(1, round(WARM_UP * steps))
    if step < warm_up:
        return config.learning_rate * (step + 1) / warm_up
    progress = (step - warm_up) / max(1, steps - warm_up)
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))


def camera_share_at(config: TrainingConfig, step: int, steps: int) -> float:
    """The share of its weight that camera-consistency has in a step, counted from 0."""
    if step >= config.camera_growth * steps:
        return 1.0
    return FIRST_SHARE + (1 - FIRST_SHARE) * step / (config.camera_growth * steps)
