"""Footage in 3D from all its uncalibrated views, and its cameras."""

from canonpose.solving.config import SolveConfig
from canonpose.solving.files import write_solved
from canonpose.solving.solve import one_rig, solve
from canonpose.solving.solved import MovingCameras, Solved, SolvedRig, SolvedTake

__all__ = [
    "MovingCameras",
    "SolveConfig",
    "Solved",
    "SolvedRig",
    "SolvedTake",
    "one_rig",
    "solve",
    "write_solved",
]
