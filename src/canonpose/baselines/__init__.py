"""What the method is compared with: a supervised lifter, and one of epipolar pseudo labels."""

from canonpose.baselines.epipolar import train_epipolar
from canonpose.baselines.labels import LabelledView, labelled_views
from canonpose.baselines.martinez import MartinezConfig, MartinezLifter
from canonpose.baselines.pseudo_labels import PseudoLabels, pseudo_labels
from canonpose.baselines.self_calibration import EpipolarConfig
from canonpose.baselines.supervised import SupervisedProgress, train_supervised
from canonpose.baselines.trained import SupervisedLifter, load_supervised, save_supervised

__all__ = [
    "EpipolarConfig",
    "LabelledView",
    "MartinezConfig",
    "MartinezLifter",
    "PseudoLabels",
    "SupervisedLifter",
    "SupervisedProgress",
    "labelled_views",
    "load_supervised",
    "pseudo_labels",
    "save_supervised",
    "train_epipolar",
    "train_supervised",
]
