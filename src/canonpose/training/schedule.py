"""The learning rate as a function of the step."""

import math

from canonpose.training.config import TrainingConfig

MILESTONES = (0.3, 0.6, 0.9)
"""Shares of the training after which the step schedule divides by 10 (epochs 30, 60, 90 of 100)."""
WARM_UP = 0.05
"""Share of the training over which the cosine schedule rises from 0."""


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
