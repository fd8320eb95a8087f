"""New poses from recorded ones: branches of the body exchanged between moments of one rig.

Where the cameras stand still, the image of an arm relative to its shoulder is what it is in every
view at once. Put in the place of another moment's arm it gives a pose that nobody struck, but that
all cameras see consistently: a new training sample that costs no annotation and no calibration.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from canonpose.device import index_tensor
from canonpose.skeleton import Skeleton


class Branch(NamedTuple):
    """The joints below one joint, which move with it as one piece."""

    joint: int
    below: list[int]


def branches_of(skeleton: Skeleton) -> tuple[Branch, ...]:
    """All branches of a skeleton, larger ones before those inside them.

    The root is not one: what hangs on it is the whole body. Nor is what would tear a derived joint
    from those that it is derived from.
    """
    below: dict[str, list[int]] = {}
    for joint in skeleton.joints:
        for ancestor in skeleton.ancestors(joint):
            below.setdefault(ancestor, []).append(skeleton.index(joint))
    branches = [
        Branch(skeleton.index(joint), joints)
        for joint, joints in below.items()
        if joint != skeleton.root and _keeps_derived_joints(skeleton, joint, joints)
    ]
    return tuple(sorted(branches, key=lambda branch: -len(branch.below)))


def _keeps_derived_joints(skeleton: Skeleton, joint: str, below: Sequence[int]) -> bool:
    """Whether derived joints and all that they derive from move together, or none of them."""
    moving = {skeleton.joints[index] for index in below}
    for derived, sources in skeleton.derived.items():
        group = {*sources, derived} - {joint}
        if moving & group and not group <= moving:
            return False
    return True


def exchange_branches(
    positions: Float[Tensor, "sample view joint space"],
    scores: Float[Tensor, "sample view joint"],
    branches: Sequence[Branch],
    donors: Int64[Tensor, "branch sample"],
    taken: Bool[Tensor, "branch sample"],
) -> tuple[Float[Tensor, "sample view joint space"], Float[Tensor, "sample view joint"]]:
    """Give samples the branches of others, relative to the joint that the branch hangs on.

    Both moments must be of one rig of static cameras, and about as far from them: positions are
    taken as of one scale. In a view that did not see the joint in both moments, the branch counts
    as not seen.

    Parameters
    ----------
    positions : tensor [sample, view, joint, space]
        Normalised images, or poses of one size in 3D.
    scores : tensor [sample, view, joint]
    branches : sequence of Branch
        Larger ones before those inside them.
    donors : tensor [branch, sample]
        Which sample each branch would be taken from.
    taken : tensor [branch, sample]
        Which exchanges take place.

    Returns
    -------
    positions, scores
        Of the new poses; no longer of unit norm.
    """
    new_positions, new_scores = positions.clone(), scores.clone()
    for (joint, below), donor, take in zip(branches, donors, taken, strict=True):
        indices = index_tensor((joint, *below), positions.device)
        theirs = positions.index_select(2, indices)[donor]
        their_scores = scores.index_select(2, indices)[donor]
        offset = theirs[:, :, 1:] - theirs[:, :, :1]
        anchored = (their_scores[:, :, 0] > 0) & (new_scores[:, :, joint] > 0)
        seen = their_scores[:, :, 1:] * anchored[..., None].to(scores)
        moved = new_positions[:, :, joint, None] + offset
        chosen, moving = take[:, None, None], indices[1:]
        kept, kept_scores = (old.index_select(2, moving) for old in (new_positions, new_scores))
        new_positions.index_copy_(2, moving, torch.where(chosen[..., None], moved, kept))
        new_scores.index_copy_(2, moving, torch.where(chosen, seen, kept_scores))
    return new_positions, new_scores
