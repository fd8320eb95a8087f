"""Settings of `canonpose solve`."""

from dataclasses import dataclass
from typing import Literal

from canonpose.config_checks import above


@dataclass(frozen=True)
class SolveConfig:
    """How footage is solved."""

    projection: Literal["auto", "perspective", "weak"] = "auto"
    """perspective finds places and lenses of the cameras, weak only how they are turned; auto takes
    weak where the footage does not tell focal lengths and turns."""
    focals: Literal["auto", "one", "own"] = "auto"
    """One focal length for all cameras or each its own; auto takes their own where that predicts
    points better that were not used to find them, and for two cameras where they differ clearly."""
    radial: bool = False
    """Look for radial distortion (k1) as well."""
    body: bool = True
    """Let bones keep their lengths and joints move smoothly; helps most where few views see, and
    is what tells the focal lengths of two cameras."""
    points: int = 3000
    """Joints at moments on which the cameras are adjusted."""
    first_points: int = 600
    """The same for comparing worlds: with the mirror image, or of different focal lengths."""
    frames: int = 500
    """Moments, spread over the footage, from which these are taken."""
    min_score: float = 0.3
    """Confidence of detections that may decide how the cameras stand."""
    tolerance: float = 0.01
    """How far off a confident detection may be, as a share of the person's size in the image."""
    seed: int = 0
    """Of the choice of points."""

    def __post_init__(self) -> None:
        above(self, points=0, first_points=0, frames=0, tolerance=0)
