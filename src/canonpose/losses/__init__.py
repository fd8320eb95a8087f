"""The self-supervised losses of the paper (Eq. 1, 2, 5-8)."""

from canonpose.losses.config import LossConfig
from canonpose.losses.objective import Losses, TargetBatch, objective

__all__ = ["LossConfig", "Losses", "TargetBatch", "objective"]
