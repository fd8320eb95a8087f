"""Training a temporal lifter on solved footage."""

from canonpose.temporal.config import TemporalTraining
from canonpose.temporal.stage import lifter_to_go_on_with, train_over_time
from canonpose.temporal.train import TemporalProgress, train_temporal

__all__ = [
    "TemporalProgress",
    "TemporalTraining",
    "lifter_to_go_on_with",
    "train_over_time",
    "train_temporal",
]
