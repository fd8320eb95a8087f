"""The lifting network and the files that hold a trained one."""

from typing import TYPE_CHECKING

from canonpose.lazy import attributes_of

if TYPE_CHECKING:
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

__getattr__, __dir__ = attributes_of(
    __name__,
    {
        "Lifter": "canonpose.lifter.network",
        "LifterConfig": "canonpose.lifter.network",
        "TrainedLifter": "canonpose.lifter.trained",
        "load_lifter": "canonpose.lifter.trained",
        "pretrained_lifter": "canonpose.lifter.pretrained",
        "save_lifter": "canonpose.lifter.trained",
    },
)
