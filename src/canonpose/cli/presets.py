"""What the arguments of a training say before all of them are parsed: preset, and cameras."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from canonpose import training
from canonpose.cli.parsing import option_value
from canonpose.errors import InputError
from canonpose.training import TrainingConfig


class MayStandStill(Protocol):
    """Options that say whether cameras stand still."""

    @property
    def static_cameras(self) -> bool:
        """They do."""

    @property
    def moving_cameras(self) -> bool:
        """They do not."""


def preset_of(arguments: Sequence[str], default: str = "fast") -> TrainingConfig:
    """The preset that the arguments name, which the other options then change.

    Whoever says how many epochs means it: the least number of steps no longer counts.
    """
    preset = training.preset(option_value(arguments, "--preset", default))
    if option_value(arguments, "--epochs", ""):
        preset = replace(preset, min_steps=0)
    return preset


def of_default_length(config: TrainingConfig, preset: str = "fast") -> bool:
    """Whether nobody has changed how long a default recipe trains."""
    default = training.PRESETS[preset]
    return (config.epochs, config.min_steps) == (default.epochs, default.min_steps)


def static_cameras(options: MayStandStill) -> bool | None:
    """What the options say of the cameras; None where they say nothing."""
    if options.static_cameras and options.moving_cameras:
        raise InputError("--static-cameras and --moving-cameras contradict each other; give one.")
    if options.static_cameras or options.moving_cameras:
        return options.static_cameras
    return None
