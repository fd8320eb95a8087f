"""A lifter for footage before any training on it."""

import torch

from canonpose.datamodel import Capture
from canonpose.lifter.trained import TrainedLifter
from canonpose.training.config import TrainingConfig
from canonpose.training.data import training_data
from canonpose.training.doubts import warn_of_footage
from canonpose.training.start import start_of
from canonpose.training.train import ENOUGH_SAMPLES


def ready_lifter(capture: Capture, config: TrainingConfig) -> tuple[TrainedLifter, str] | None:
    """The lifter that training starts from, of the capture's joints, and its name; if there is one.

    What is doubtful about the footage is said here as `train` says it.

    Raises
    ------
    InputError
        If a lifter is named that does not fit (`canonpose.training.start.start_of`).
    """
    start = start_of(config, capture.skeleton)
    if start is None:
        return None
    data = training_data(capture, torch.device("cpu"))
    warn_of_footage(data)
    some = data.some(ENOUGH_SAMPLES)
    return start.lifter_for(config.lifter, some, capture.skeleton, config.seed), start.name
