"""The plain equality constraints that mixing replaces: what the ablation of Table 4 compares with.

Sections 3.2 and 3.4 report that they lead to degenerate solutions. They are here to show it.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from canonpose.losses.camera_consistency import memberships, real_relative_rotations
from canonpose.losses.parts import SumOverParts, only_part


def pose_equality(
    poses: Float[Tensor, "sample view joint 3"],
    scores: Float[Tensor, "sample view joint"],
    over_parts: SumOverParts = only_part,
) -> Float[Tensor, ""]:
    """Mean squared L2 distance between the canonical poses of two views of a moment (section 3.2).

    Views without a detection take no part. Scale is not normalised, as in a plain L2 loss, although
    the reprojection loss leaves it free.
    """
    squares = (poses[:, :, None] - poses[:, None]).square().sum((-2, -1))
    return _mean(squares, _pairs_seen(scores), over_parts)


def camera_equality(
    rotation: Float[Tensor, "sample view 3 3"],
    scores: Float[Tensor, "sample view joint"],
    rigs: Int64[Tensor, " sample"],
    view_frames: Float[Tensor, "sample view 3 3"] | None = None,
    rig_count: int | None = None,
    over_parts: SumOverParts = only_part,
) -> Float[Tensor, ""]:
    """Mean squared distance of relative rotations (Eq. 7) from their rig's mean (section 3.4).

    It is half the mean squared L2 distance between the relative rotations of two samples of a rig.

    Parameters
    ----------
    view_frames : tensor [sample, view, 3, 3], optional
        How each view was augmented; see `canonpose.losses.camera_consistency`.
    rig_count : int, optional
        Rigs are numbered from 0 to one below this; without it the device is waited for.
    over_parts : callable
        Where several processes hold a part of the batch each; a rig's mean is then that of a part.
    """
    relative = real_relative_rotations(rotation, view_frames)
    seen = _pairs_seen(scores)
    members = memberships(rigs, rig_count).to(relative)
    counts = torch.einsum("rs,sct->rct", members, seen).clamp(min=1.0)
    means = torch.einsum("rs,sct,sctij->rctij", members, seen, relative) / counts[..., None, None]
    of_own_rig = torch.einsum("rs,rctij->sctij", members, means)
    return _mean((relative - of_own_rig).square().sum((-2, -1)), seen, over_parts)


def _pairs_seen(scores: Tensor) -> Float[Tensor, "sample view view"]:
    """1 for pairs of different views that both saw the person, else 0."""
    seen = (scores > 0).any(-1).to(scores)
    others = 1 - torch.eye(scores.shape[1], dtype=scores.dtype, device=scores.device)
    return seen[:, :, None] * seen[:, None] * others


def _mean(values: Tensor, weights: Tensor, over_parts: SumOverParts) -> Float[Tensor, ""]:
    return (values * weights).sum() / over_parts(weights.sum()).clamp(min=1.0)
