"""From a capture to a trained lifter."""

from canonpose.training.config import PRESETS, AugmentationConfig, TrainingConfig, preset
from canonpose.training.session import Progress
from canonpose.training.train import train

__all__ = ["PRESETS", "AugmentationConfig", "Progress", "TrainingConfig", "preset", "train"]
