"""The lifter that comes with canonpose, so that nothing need be trained; see its MODEL_CARD.md."""

from pathlib import Path

from canonpose.lifter.naming import PRETRAINED, folder_named, pretrained_folder
from canonpose.lifter.network import LifterConfig
from canonpose.lifter.trained import TrainedLifter, load_lifter

__all__ = [
    "PRETRAINED",
    "PRETRAINED_SHAPE",
    "lifter_named",
    "pretrained_folder",
    "pretrained_lifter",
]

PRETRAINED_SHAPE = LifterConfig(width=512)
"""Its shape, known before it is loaded; that of default trainings, which start from it."""


def pretrained_lifter() -> TrainedLifter:
    """The lifter that comes with canonpose: weights in half precision, computed with in single.

    It knows COCO's 17 joints, and lifts keypoints of every detector that has their like. How well:
    ``MODEL_CARD.md`` beside its weights, and docs/results.md.

    Raises
    ------
    InputError
        If its files are damaged or missing, as in an incomplete installation.
    """
    return load_lifter(pretrained_folder())


def lifter_named(name: str | Path) -> TrainedLifter:
    """The lifter in a folder, or the one that comes with canonpose under its name.

    A folder of that name in the working directory comes first.

    Raises
    ------
    InputError
        If the folder holds no trained lifter, a foreign or a damaged one.
    """
    return load_lifter(folder_named(name))
