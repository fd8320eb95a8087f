"""Errors of poses against references, with the alignment spelled in the name."""

from canonpose.metrics.correct_poses import correct_poses, cps, cps_curve
from canonpose.metrics.evaluation import evaluate
from canonpose.metrics.joint_errors import (
    mirror_fits_better,
    n_mpjpe,
    p_mpjpe,
    rigid_aligned_errors,
    scale_aligned_errors,
)
from canonpose.metrics.plots import plot_cps_curves
from canonpose.metrics.results import Evaluation, JointScores, Scores
from canonpose.metrics.thresholds import (
    auc_rigid,
    auc_scale_aligned,
    pck_rigid,
    pck_scale_aligned,
)

__all__ = [
    "Evaluation",
    "JointScores",
    "Scores",
    "auc_rigid",
    "auc_scale_aligned",
    "correct_poses",
    "cps",
    "cps_curve",
    "evaluate",
    "mirror_fits_better",
    "n_mpjpe",
    "p_mpjpe",
    "pck_rigid",
    "pck_scale_aligned",
    "plot_cps_curves",
    "rigid_aligned_errors",
    "scale_aligned_errors",
]
