"""One camera's keypoints as the joints of a lifter."""

import warnings

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError, InputWarning
from canonpose.skeleton import Skeleton, convert


class NothingToLift(InputError):
    """A camera shows nobody, or nobody's root joint."""


def in_skeleton(
    keypoints: Keypoints, skeleton: Skeleton
) -> tuple[Float[np.ndarray, "frame joint 2"], Float[np.ndarray, "frame joint"]]:
    """Positions and scores of a lifter's joints, by name, in single precision.

    Joints that are missing altogether are left to the lifter to guess, with a warning.

    Raises
    ------
    InputError
        If the keypoints lack the root joint.
    """
    source = keypoints.skeleton
    if source.joints == skeleton.joints:
        return keypoints.positions.astype(np.float32), keypoints.scores.astype(np.float32)
    positions, scores = convert(keypoints.positions, keypoints.scores, source, skeleton)
    missing = [
        joint for joint, score in zip(skeleton.joints, scores.T, strict=True) if not score.any()
    ]
    if skeleton.root in missing:
        raise InputError(
            f"{keypoints.source or keypoints.camera}: has no joint {skeleton.root!r}, which the "
            f"lifter centres poses on; it was trained on the joints {', '.join(skeleton.joints)}."
        )
    if missing:
        warnings.warn(
            f"{keypoints.source or keypoints.camera}: lacks {', '.join(missing)} of the lifter's "
            f"joints; they are guessed from the others.",
            InputWarning,
            stacklevel=5,  # through the decorator of the lifting function
        )
    return positions.astype(np.float32), scores.astype(np.float32)


def check_something_seen(
    unseen: Bool[np.ndarray, " frame"], keypoints: Keypoints, skeleton: Skeleton
) -> None:
    """Refuse footage of which no frame can be lifted.

    Raises
    ------
    NothingToLift
        If no frame shows the root joint and another.
    """
    if unseen.all():
        raise NothingToLift(
            f"{keypoints.source or keypoints.camera}: the root joint {skeleton.root!r} is seen in "
            f"no frame, so there is nothing to lift; check the file and its layout."
        )
