"""2D poses centred on the root joint and scaled to unit Frobenius norm (section 3.1)."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor


class NormalisedPoses(NamedTuple):
    """2D poses as the lifter takes them."""

    positions: Float[Tensor, "*batch joint 2"]
    """Root joint at the origin, Frobenius norm 1 over the seen joints, 0 where not seen."""
    scores: Float[Tensor, "*batch joint"]
    """Confidences; all 0 in a view that cannot be used."""
    scale: Float[Tensor, "*batch"]
    """What the positions were divided by, in the unit of the input."""


def normalise(
    positions: Float[Tensor, "*batch joint 2"], scores: Float[Tensor, "*batch joint"], root: int
) -> NormalisedPoses:
    """Centre 2D poses on their root joint and divide them by their Frobenius norm.

    A view whose root joint is not seen cannot be centred; its scores become 0, so that every loss
    weights it out, as they do a view in which nothing but the root is seen.

    Parameters
    ----------
    positions : tensor [..., joint, 2]
        Any unit, NaN where missing.
    scores : tensor [..., joint]
        0 where missing.
    root : int
        Index of the root joint.

    """
    seen: Bool[Tensor, "*batch joint"] = (scores > 0) & positions.isfinite().all(-1)
    centred = positions - positions[..., root : root + 1, :]
    centred = torch.where(seen[..., None], centred, 0.0)
    scale = torch.linalg.vector_norm(centred.nan_to_num(), dim=(-2, -1))
    usable = seen[..., root] & (scale > 0)
    scale = torch.where(usable, scale, 1.0)
    return NormalisedPoses(
        torch.where(usable[..., None, None], centred / scale[..., None, None], 0.0),
        torch.where(usable[..., None] & seen, scores, 0.0),
        scale,
    )
