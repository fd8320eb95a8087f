"""Errors of poses against references, with the alignment spelled in the name.

`score` gives all of them from arrays, `evaluate_views` from poses and references with named joints,
and `evaluate` from files. None of them ever reflects a pose.

=================================  =====================================  ==========================
metric                             aligned before                         in the paper
=================================  =====================================  ==========================
`n_mpjpe`, mm                      root, and the scale of each pose       MPJPE of Tables 1 to 4
`p_mpjpe`, mm                      rotation, translation and scale        PMPJPE of Tables 1 to 4
`w_mpjpe`, mm                      as `p_mpjpe`, once for all frames      --
`pck_scale_aligned`, %             as `n_mpjpe`; within 150 mm            PCK of Tables 2 and 3
`pck_rigid`, %                     as `p_mpjpe`; within 150 mm            --
`auc_scale_aligned`, `auc_rigid`   as their PCK; mean over 0 to 150 mm    --
`correct_poses`, %                 as `p_mpjpe`; all joints in 180 mm     CP@180mm of Fig. 4
`cps`, mm                          as `p_mpjpe`; area over 0 to 300 mm    CPS of Fig. 5, Tables 3, 4
`mirror_fits_better`               as `p_mpjpe`                           --
`scale_aligned_acceleration_error` root, and one scale for all frames     --
=================================  =====================================  ==========================
"""

from canonpose.metrics.acceleration import scale_aligned_acceleration_error
from canonpose.metrics.correct_poses import correct_poses, cps, cps_curve
from canonpose.metrics.evaluation import evaluate
from canonpose.metrics.joint_errors import (
    mirror_fits_better,
    n_mpjpe,
    p_mpjpe,
    rigid_aligned_errors,
    scale_aligned_errors,
    sequence_aligned_errors,
    w_mpjpe,
)
from canonpose.metrics.plots import plot_cps_curves
from canonpose.metrics.results import Evaluation, JointScores, Scores
from canonpose.metrics.scoring import score
from canonpose.metrics.thresholds import (
    auc_rigid,
    auc_scale_aligned,
    pck_rigid,
    pck_scale_aligned,
)
from canonpose.metrics.views import evaluate_views

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
    "evaluate_views",
    "mirror_fits_better",
    "n_mpjpe",
    "p_mpjpe",
    "pck_rigid",
    "pck_scale_aligned",
    "plot_cps_curves",
    "rigid_aligned_errors",
    "scale_aligned_acceleration_error",
    "scale_aligned_errors",
    "score",
    "sequence_aligned_errors",
    "w_mpjpe",
]
