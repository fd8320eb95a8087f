"""The network that lifts video, and the files that hold a trained one."""

from canonpose.lifter.temporal.choice import borrowed_temporal, own_temporal, temporal_of
from canonpose.lifter.temporal.config import TemporalConfig
from canonpose.lifter.temporal.network import TemporalLifter
from canonpose.lifter.temporal.trained import (
    TrainedTemporal,
    save_temporal,
    temporal_beside,
)

__all__ = [
    "TemporalConfig",
    "TemporalLifter",
    "TrainedTemporal",
    "borrowed_temporal",
    "own_temporal",
    "save_temporal",
    "temporal_beside",
    "temporal_of",
]
