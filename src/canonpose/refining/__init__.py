"""A single-view lifter refined on what its own footage, solved in 3D, says."""

from canonpose.refining.labels import SolvedLabels, solved_labels

__all__ = ["SolvedLabels", "solved_labels"]
