"""One camera's keypoints as a lifter takes them."""

import warnings
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError, InputWarning
from canonpose.geometry.normalisation import NormalisedPoses, normalise
from canonpose.skeleton import Skeleton, convert


class Footage(NamedTuple):
    """What one camera saw, of a lifter's joints."""

    positions: Float[np.ndarray, "frame joint 2"]
    """Pixels, NaN where missing."""
    scores: Float[np.ndarray, "frame joint"]
    """Confidences, 0 where missing."""
    normalised: NormalisedPoses
    """What the network gets."""
    unseen: Bool[Tensor, " frame"]
    """Frames that cannot be lifted: the root joint is not seen, or nothing else is."""


def footage_for(keypoints: Keypoints, skeleton: Skeleton) -> Footage:
    """Bring one camera's keypoints to a lifter's joints, by name.

    Joints that are missing altogether are left to the lifter to guess, with a warning.

    Parameters
    ----------
    keypoints : Keypoints
        Of any skeleton.
    skeleton : Skeleton
        The lifter's.

    Raises
    ------
    InputError
        If the keypoints lack the root joint, or it is seen in no frame.
    """
    positions, scores = _in_skeleton(keypoints, skeleton)
    normalised = normalise(
        torch.from_numpy(positions), torch.from_numpy(scores), skeleton.root_index
    )
    unseen = normalised.scores[:, skeleton.root_index] == 0
    if unseen.all():
        raise InputError(
            f"{keypoints.source or keypoints.camera}: the root joint {skeleton.root!r} is seen in "
            f"no frame, so there is nothing to lift; check the file and its layout."
        )
    return Footage(positions, scores, normalised, unseen)


def _in_skeleton(
    keypoints: Keypoints, skeleton: Skeleton
) -> tuple[Float[np.ndarray, "frame joint 2"], Float[np.ndarray, "frame joint"]]:
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
