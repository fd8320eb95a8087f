"""The network that lifts video, and the files that hold a trained one."""

from canonpose.lifter.temporal.config import TemporalConfig
from canonpose.lifter.temporal.network import TemporalLifter
from canonpose.lifter.temporal.trained import (
    TrainedTemporal,
    save_temporal,
    temporal_beside,
    temporal_of,
)

__all__ = [
    "TemporalConfig",
    "TemporalLifter",
    "TrainedTemporal",
    "save_temporal",
    "temporal_beside",
    "temporal_of",
]
