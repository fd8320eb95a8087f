"""The paper's figures 4 to 7, drawn from poses, references and errors of ours."""

from canonpose.figures.canonical import JointSpread, canonical_in_millimetres, joint_spread
from canonpose.figures.figure4 import Figure4, Figure4Column, figure4
from canonpose.figures.figure5 import Figure5, figure5
from canonpose.figures.figure6 import Figure6, figure6
from canonpose.figures.figure7 import Figure7, figure7
from canonpose.figures.frames import farthest_points, spread_frames
from canonpose.figures.pose_pairs import PosePair, PosePairs, find_pose_pairs

__all__ = [
    "Figure4",
    "Figure4Column",
    "Figure5",
    "Figure6",
    "Figure7",
    "JointSpread",
    "PosePair",
    "PosePairs",
    "canonical_in_millimetres",
    "farthest_points",
    "figure4",
    "figure5",
    "figure6",
    "figure7",
    "find_pose_pairs",
    "joint_spread",
    "spread_frames",
]
