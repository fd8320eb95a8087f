"""What footage cannot tell, said before or beside an answer that would be wrong."""

import warnings
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError, InputWarning
from canonpose.solving.solved import CameraReport, MirrorVotes

SMALLEST_ANGLE = 15.0
"""Degrees between the lines of sight of some pair of cameras, whichever way they look."""
POOR_FIT = 2.0
"""Tolerances: views that fit are 0.7 to 1.2 off in the median, those that do not 3 to 4."""
STANDS_OUT = 3.0
"""Times the other cameras' median error."""


def check_angles(rotations: Float[np.ndarray, "view 3 3"], cameras: Sequence[str]) -> None:
    """Refuse rigs all of whose cameras look along one line.

    Raises
    ------
    InputError
        If no pair of lines of sight is 15 degrees apart.
    """
    axes = rotations[:, 2]
    angles = {}
    for first, second in combinations(range(len(axes)), 2):
        across = np.linalg.norm(np.cross(axes[first], axes[second]))
        angle = np.degrees(np.arctan2(across, abs(axes[first] @ axes[second])))
        angles[cameras[first], cameras[second]] = float(angle)
    (first_name, second_name), widest = max(angles.items(), key=lambda item: item[1])
    if widest < SMALLEST_ANGLE:
        raise InputError(
            f"cameras {', '.join(cameras)}: all look along nearly the same line ({first_name} and "
            f"{second_name}, the best pair, are {widest:.0f} degrees off it), which shows no "
            f"depth; add a camera from the side."
        )


def warn_of_mirror(votes: MirrorVotes, rig: str) -> None:
    """Warn where anatomy and perspective disagree, or neither has a say."""
    if votes.unsure:
        warnings.warn(
            f"rig {rig!r}: neither anatomy nor perspective tells the world from its mirror image, "
            f"so the result may be mirrored (anatomy: {votes.anatomy}); film more motion nearer to "
            f"the cameras.",
            InputWarning,
            stacklevel=4,
        )
    if votes.disagree:
        followed = "anatomy" if votes.mirrored == votes.anatomy.mirrored else "perspective"
        warnings.warn(
            f"rig {rig!r}: anatomy says {votes.anatomy}, but perspective fits the other world "
            f"better (cost {votes.cost:.3g}, mirrored {votes.mirrored_cost:.3g}); {followed} was "
            f"followed, so look at the result, or film more motion nearer to the cameras.",
            InputWarning,
            stacklevel=4,
        )


def warn_of_weak(why: str, rig: str) -> None:
    """Warn that a rig is solved in weak perspective, and why."""
    warnings.warn(
        f"rig {rig!r} is solved in weak perspective, without places of its cameras: {why}",
        InputWarning,
        stacklevel=5,
    )


def misfit_of(
    error: Float[np.ndarray, "view frame joint"], tolerance: Float[np.ndarray, " view"]
) -> float:
    """By how many tolerances detections are off, in the median; 1 or less is usual."""
    return float(np.nanmedian(error / tolerance[:, None, None]))


def warn_of_misfit(misfit: float, rig: str) -> None:
    """Warn of views that do not fit together."""
    if misfit > POOR_FIT:
        warnings.warn(
            f"rig {rig!r}: detections are {misfit:.1f} times as far from the result as they may "
            f"be, in the median, so do not trust it; check that all cameras show the same moment "
            f"and the same person, large enough, and stood still if you said so.",
            InputWarning,
            stacklevel=4,
        )


def warn_of_cameras(
    reports: Sequence[CameraReport], tolerance: Float[np.ndarray, " view"], rig: str
) -> None:
    """Warn of a camera that the others contradict, by how large the person is in its image.

    ``tolerance`` are the pixels of every camera that detections may be off.
    """
    errors = {}
    for report, pixels in zip(reports, tolerance, strict=True):
        # A weak-perspective solution does not tell what the others say.
        error = report.error_left_out if np.isfinite(report.error_left_out) else report.error
        if np.isfinite(error):
            errors[report.name] = error, error / pixels
    for name, (error, share) in errors.items():
        others = [value for other, (_, value) in errors.items() if other != name]
        if len(others) > 1 and share > STANDS_OUT * (usual := float(np.median(others))):
            warnings.warn(
                f"rig {rig!r}: camera {name!r} is {error:.0f} pixels off, {share / usual:.1f} "
                f"times as much as the others for the size of the person there; it may be out of "
                f"sync, moved, or show another person: set its offset in capture.toml, or leave "
                f"it out.",
                InputWarning,
                stacklevel=4,
            )
