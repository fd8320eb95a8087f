"""Pairs of detected and true keypoints, and the poses that a morphing is learned from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.geometry.normalisation import NormalisedPoses, normalise
from canonpose.skeleton import Skeleton
from canonpose.tensor_rows import TensorRows

Pair = tuple[Keypoints, Keypoints]
"""Detected and true keypoints of one person, by one camera, in the same frames."""


@dataclass(frozen=True, eq=False)
class MorphingSamples(TensorRows):
    """Detected poses and what they should become."""

    positions: Float[Tensor, "sample source_joint 2"]
    """Of the detections: root-centred, unit Frobenius norm, 0 where missing."""
    scores: Float[Tensor, "sample source_joint"]
    """The detector's confidences."""
    truth: Float[Tensor, "sample target_joint 2"]
    """Root-centred, unit Frobenius norm, 0 where not known."""
    truth_scores: Float[Tensor, "sample target_joint"]
    """Above 0 where the truth is known."""


def samples_of(pairs: Sequence[Pair]) -> MorphingSamples:
    """Every frame in which both roots are seen.

    Raises
    ------
    InputError
        If there is no pair, skeletons differ between pairs, the two of a pair differ in length,
        or in no frame both roots are seen.
    """
    if not pairs:
        raise InputError("no pair of detected and true keypoints is given; pass at least one.")
    for pair in pairs:
        _check_pair(pair, pairs[0])
    detected = normalised([detected for detected, _ in pairs])
    true = normalised([true for _, true in pairs])
    usable = (detected.scores > 0).any(-1) & (true.scores > 0).any(-1)
    if not usable.any():
        raise InputError(
            f"{name_of(pairs[0][0])} and {name_of(pairs[0][1])}: in no frame are the root joints "
            f"of both seen; check that they belong together and give their layouts."
        )
    samples = MorphingSamples(detected.positions, detected.scores, true.positions, true.scores)
    return samples.at(usable)


def normalised(views: Sequence[Keypoints]) -> NormalisedPoses:
    """The frames of several views of one skeleton, one after the other, normalised."""
    positions = np.concatenate([view.positions for view in views]).astype(np.float32)
    scores = np.concatenate([view.scores for view in views]).astype(np.float32)
    root = views[0].skeleton.root_index
    return normalise(torch.from_numpy(positions), torch.from_numpy(scores), root)


def same_joints(skeleton: Skeleton, other: Skeleton) -> bool:
    """Whether arrays of one skeleton can be taken for those of the other."""
    return (skeleton.joints, skeleton.root) == (other.joints, other.root) and dict(
        skeleton.derived
    ) == dict(other.derived)


def name_of(view: Keypoints) -> str:
    """What to call keypoints in a message."""
    return view.source or (f"camera {view.camera!r}" if view.camera else "the given keypoints")


def _check_pair(pair: Pair, first: Pair) -> None:
    detected, true = pair
    if len(detected) != len(true):
        raise InputError(
            f"{name_of(detected)} has {len(detected)} frames, {name_of(true)} has {len(true)}; a "
            f"morphing is learned frame by frame, so cut both to the same frames."
        )
    for view, other in zip(pair, first, strict=True):
        if not same_joints(view.skeleton, other.skeleton):
            raise InputError(
                f"{name_of(view)}: has the skeleton {view.skeleton.name!r} "
                f"({len(view.skeleton.detected)} joints), but {name_of(other)} has "
                f"{other.skeleton.name!r} ({len(other.skeleton.detected)} joints); a morphing "
                f"leads from one skeleton to one other."
            )
