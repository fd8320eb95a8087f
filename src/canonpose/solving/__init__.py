"""Footage in 3D from all its uncalibrated views, and its cameras."""

from canonpose.solving.config import SolveConfig
from canonpose.solving.solve import solve
from canonpose.solving.solved import Solved, SolvedRig, SolvedTake

__all__ = ["SolveConfig", "Solved", "SolvedRig", "SolvedTake", "solve"]
