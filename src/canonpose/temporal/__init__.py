"""Training a temporal lifter on solved footage."""

from canonpose.temporal.config import TemporalTraining
from canonpose.temporal.train import TemporalProgress, train_temporal

__all__ = ["TemporalProgress", "TemporalTraining", "train_temporal"]
