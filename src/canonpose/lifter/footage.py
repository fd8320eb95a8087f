"""One camera's keypoints as a lifter takes them."""

from collections.abc import Iterator
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.datamodel import Keypoints
from canonpose.geometry.normalisation import NormalisedPoses, normalise
from canonpose.lifter.joints import check_something_seen, in_skeleton
from canonpose.skeleton import Skeleton

BATCH = 8192
"""Frames a pass; bounds the memory of long recordings."""


class Footage(NamedTuple):
    """What one camera saw, of a lifter's joints."""

    keypoints: Keypoints
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
    seen = in_skeleton(keypoints, skeleton)
    normalised = normalise(
        torch.from_numpy(seen.positions), torch.from_numpy(seen.scores), skeleton.root_index
    )
    unseen = normalised.scores[:, skeleton.root_index] == 0
    check_something_seen(unseen.numpy(), keypoints, skeleton)
    return Footage(seen, normalised, unseen)


def batches_of(
    normalised: NormalisedPoses, device: torch.device
) -> Iterator[tuple[Float[Tensor, "frame joint 2"], Float[Tensor, "frame joint"]]]:
    """Positions and scores of some frames after the others, where a network computes."""
    parts = zip(normalised.positions.split(BATCH), normalised.scores.split(BATCH), strict=True)
    for positions, scores in parts:
        yield positions.to(device), scores.to(device)
