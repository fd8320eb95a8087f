"""Settings of `canonpose solve`."""

from dataclasses import dataclass
from typing import Literal

from canonpose.errors import InputError


@dataclass(frozen=True)
class SolveConfig:
    """How footage is solved."""

    projection: Literal["auto", "perspective", "weak"] = "auto"
    """perspective finds places and lenses of the cameras, weak only how they are turned; auto takes
    weak where the footage does not tell the focal length, as that of two cameras never does
    reliably."""
    focals: Literal["auto", "one", "own"] = "auto"
    """One focal length for all cameras or each its own; auto takes their own where that predicts
    points better that were not used to find them, and looks for none of two cameras unless the
    projection is to be perspective."""
    radial: bool = False
    """Look for radial distortion (k1) as well."""
    body: bool = True
    """Let bones keep their lengths and joints move smoothly; helps most where few views see."""
    points: int = 3000
    """Joints at moments on which the cameras are adjusted."""
    first_points: int = 600
    """The same for comparing the world with its mirror image."""
    frames: int = 500
    """Moments, spread over the footage, from which these are taken."""
    min_score: float = 0.3
    """Confidence of detections that may decide how the cameras stand."""
    tolerance: float = 0.01
    """How far off a confident detection may be, as a share of the person's size in the image."""
    seed: int = 0
    """Of the choice of points."""

    def __post_init__(self) -> None:
        for name in ("points", "first_points", "frames", "tolerance"):
            if getattr(self, name) <= 0:
                raise InputError(f"{name} must be above 0, not {getattr(self, name)}.")
