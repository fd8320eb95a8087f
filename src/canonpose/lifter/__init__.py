"""The lifting network and the files that hold a trained one."""

from canonpose.lifter.network import Lifter, LifterConfig
from canonpose.lifter.pretrained import pretrained_lifter
from canonpose.lifter.trained import TrainedLifter, load_lifter, save_lifter

__all__ = [
    "Lifter",
    "LifterConfig",
    "TrainedLifter",
    "load_lifter",
    "pretrained_lifter",
    "save_lifter",
]
