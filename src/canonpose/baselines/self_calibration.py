"""The cameras of a rig from what they saw: focal lengths and places, without any calibration."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int64

from canonpose.baselines.chain import MIN_MATCHES, chained_cameras, common_joints
from canonpose.baselines.focal import estimate_focal
from canonpose.baselines.relative_pose import poselib
from canonpose.config_checks import above, below
from canonpose.errors import InputError
from canonpose.geometry.cameras import Camera
from canonpose.skeleton import Skeleton
from canonpose.solving.rig_views import RigViews


@dataclass(frozen=True)
class EpipolarConfig:
    """How pseudo labels are made."""

    focal: float | None = None
    """Focal length of all cameras in pixels; estimated for each rig without it."""
    min_score: float = 0.5
    """Confidence of the detections that tell how the cameras stand."""
    matches: int = 3000
    """At most so many common joints of a pair of cameras are looked at."""
    frames: int = 300
    """At most so many frames decide on focal length and baselines."""
    max_error: float = 0.1
    """Labels whose reprojection is off by more, as a share of the person's size in the image, are
    left out."""
    seed: int = 0

    def __post_init__(self) -> None:
        above(self, focal=0, matches=0, frames=0, max_error=0)
        below(self, focal=np.inf)


def estimated_cameras(
    views: RigViews, skeleton: Skeleton, config: EpipolarConfig, rig: str = ""
) -> dict[str, Camera]:
    """The cameras of one rig by name, in one frame and of one arbitrary unit of length.

    Raises
    ------
    InputError
        If PoseLib is not installed, or no two cameras see enough in common.
    """
    poselib()
    matches = common_joints(views, config.min_score, config.matches, config.seed)
    if not matches:
        raise InputError(
            f"rig {rig!r}: no two of {', '.join(views.cameras)} see {MIN_MATCHES} joints at the "
            f"same moments with a confidence of {config.min_score:g}, so that nothing tells how "
            f"they stand; film more, or lower min_score."
        )
    few = views.at(_telling_frames(views, config))
    if config.focal is None:
        share = estimate_focal(few, matches, skeleton.detected_only(), config.seed)
        focals = [share * max(size) for size in views.sizes]
    else:
        focals = [config.focal] * len(views.cameras)
    placed = chained_cameras(few, matches, focals, config.seed)
    return {views.cameras[view]: camera for view, camera in placed.items()}


def _telling_frames(views: RigViews, config: EpipolarConfig) -> Int64[np.ndarray, " chosen"]:
    """Frames all over the footage in which two cameras see most of the person."""
    clear = (views.scores >= config.min_score).mean(2) > 0.5
    frames = np.flatnonzero(clear.sum(0) >= 2)
    if not len(frames):
        frames = np.arange(views.positions.shape[1])
    return frames[:: -(-len(frames) // config.frames)]
