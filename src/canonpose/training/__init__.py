"""From a capture to a trained lifter."""

from canonpose.training.config import (
    PRESETS,
    AugmentationConfig,
    TrainingConfig,
    default_preset,
    preset,
)
from canonpose.training.session import Progress
from canonpose.training.train import train

__all__ = [
    "PRESETS",
    "AugmentationConfig",
    "Progress",
    "TrainingConfig",
    "default_preset",
    "preset",
    "train",
]
