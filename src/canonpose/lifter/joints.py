"""One camera's keypoints as the joints of a lifter."""

import warnings
from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError, InputWarning
from canonpose.skeleton import Skeleton, convert


class NothingToLift(InputError):
    """A camera shows nobody, or nobody's root joint."""


def in_skeleton(keypoints: Keypoints, skeleton: Skeleton) -> Keypoints:
    """The same recording in a lifter's joints, by name, in single precision.

    Joints that are missing altogether are left to the lifter to guess, with a warning.

    Raises
    ------
    InputError
        If the keypoints lack the root joint.
    """
    positions, scores = keypoints.positions, keypoints.scores
    if keypoints.skeleton.joints != skeleton.joints:
        positions, scores = convert(positions, scores, keypoints.skeleton, skeleton)
        _check_missing(scores, keypoints, skeleton)
    return replace(
        keypoints,
        positions=positions.astype(np.float32),
        scores=scores.astype(np.float32),
        skeleton=skeleton,
    )


def _check_missing(
    scores: Float[np.ndarray, "frame joint"], keypoints: Keypoints, skeleton: Skeleton
) -> None:
    """Warn of joints that are seen in no frame; refuse it of the root."""
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
            stacklevel=6,  # through the decorator of the lifting function
        )


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
