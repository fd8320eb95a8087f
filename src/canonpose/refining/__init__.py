"""A single-view lifter refined on what its own footage, solved in 3D, says."""

from canonpose.refining.config import RefineConfig
from canonpose.refining.labels import SolvedLabels, solved_labels
from canonpose.refining.refine import refine
from canonpose.refining.stages import train_refined

__all__ = ["RefineConfig", "SolvedLabels", "refine", "solved_labels", "train_refined"]
