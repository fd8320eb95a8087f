"""BlazePose (Bazarevsky et al., 2020): people, then their joints, by Google's networks."""

from canonpose.detection.blazepose.create import from_config
from canonpose.detection.blazepose.detector import BlazePose, BlazePoseConfig

__all__ = ["BlazePose", "BlazePoseConfig", "from_config"]
