"""Warnings of footage that a training will get little from."""

import warnings

from canonpose.errors import InputWarning
from canonpose.training.data import TrainingData

FEW_SAMPLES = 50
"""Fewer bring a warning."""


def warn_of_footage(data: TrainingData) -> None:
    """Warn of two cameras alone, of few moments, and of cameras that seem not to be in step."""
    for doubt in (*_of_little_footage(data), *data.doubts):
        warnings.warn(doubt, InputWarning, stacklevel=3)


def _of_little_footage(data: TrainingData) -> list[str]:
    doubts = []
    if len(data.cameras) == 2:
        doubts.append(
            "two cameras: results are noticeably better with three or four, and two opposite "
            "cameras show no depth at all."
        )
    if len(data.samples) < FEW_SAMPLES:
        doubts.append(
            f"only {len(data.samples)} moments are seen by two or more cameras; the lifter will "
            f"know these poses and hardly any other, so film more."
        )
    return doubts
