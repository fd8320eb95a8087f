"""BlazePose from the settings that all detectors share."""

from typing import Literal, cast

from canonpose.detection.blazepose.detector import BlazePose, BlazePoseConfig
from canonpose.detection.registry import DetectorConfig


def from_config(config: DetectorConfig) -> BlazePose:
    """The variant that the name ends in."""
    variant = cast(Literal["heavy", "full", "lite"], config.name.removeprefix("blazepose-"))
    return BlazePose(
        BlazePoseConfig(
            variant=variant, weights=config.weights, people=config.people, threads=config.threads
        )
    )
