"""One camera's keypoints as a lifter takes them."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.datamodel import Keypoints
from canonpose.geometry.normalisation import NormalisedPoses, normalise
from canonpose.lifter.joints import check_something_seen, in_skeleton
from canonpose.skeleton import Skeleton


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
        If the keypoints lack the root joint, or, as `NothingToLift`, it is seen in no frame.
    """
    positions, scores = in_skeleton(keypoints, skeleton)
    normalised = normalise(
        torch.from_numpy(positions), torch.from_numpy(scores), skeleton.root_index
    )
    unseen = normalised.scores[:, skeleton.root_index] == 0
    check_something_seen(unseen.numpy(), keypoints, skeleton)
    return Footage(positions, scores, normalised, unseen)
