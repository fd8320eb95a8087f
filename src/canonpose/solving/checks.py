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
    if not votes.anatomy.usable and not votes.perspective_tells:
        warnings.warn(
            f"rig {rig!r}: neither anatomy nor perspective tells the world from its mirror image, "
            f"so the result may be mirrored; film more motion nearer to the cameras.",
            InputWarning,
            stacklevel=4,
        )
    if votes.disagree:
        warnings.warn(
            f"rig {rig!r}: anatomy says {votes.anatomy}, but perspective fits the other world "
            f"better (cost {votes.cost:.3g}, mirrored {votes.mirrored_cost:.3g}); anatomy was "
            f"followed, so look at the result, or film more motion nearer to the cameras.",
            InputWarning,
            stacklevel=4,
        )


def warn_of_cameras(reports: Sequence[CameraReport], rig: str) -> None:
    """Warn of a camera that the others contradict."""
    errors = {}
    for report in reports:
        # A weak-perspective solution does not tell what the others say.
        error = report.error_left_out if np.isfinite(report.error_left_out) else report.error
        if np.isfinite(error):
            errors[report.name] = error
    for name, error in errors.items():
        others = [value for other, value in errors.items() if other != name]
        if len(others) > 1 and error > STANDS_OUT * float(np.median(others)):
            warnings.warn(
                f"rig {rig!r}: camera {name!r} is {error:.0f} pixels off where the others are "
                f"off by {np.median(others):.0f}; it may be out of sync, moved, or show "
                f"another person: set its offset in capture.toml, or leave it out.",
                InputWarning,
                stacklevel=4,
            )
