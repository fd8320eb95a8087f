"""How far morphed poses are from the true ones."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.geometry.normalisation import normalise


def distances(
    positions: Float[Tensor, "*batch joint 2"],
    scores: Float[Tensor, "*batch joint"],
    truth: Float[Tensor, "*batch joint 2"],
    truth_scores: Float[Tensor, "*batch joint"],
    root: int,
) -> tuple[Float[Tensor, "*batch joint"], Float[Tensor, "*batch joint"]]:
    """Each joint's distance to the truth, both poses normalised over the joints that both have.

    So a pose stays comparable whose truth or detection lacks joints, and joints that the truth
    never tells are not learned by way of the scale.

    Parameters
    ----------
    positions : tensor [..., joint, 2]
        Of morphed poses, in any unit.
    scores : tensor [..., joint]
        Their confidences, 0 where missing.
    truth : tensor [..., joint, 2]
        Any unit.
    truth_scores : tensor [..., joint]
        0 where the truth is not known.
    root : int
        Index of the target's root joint.

    Returns
    -------
    distances : tensor [..., joint]
        In units of the pose's Frobenius norm, 0 where not common.
    weights : tensor [..., joint]
        The morphed joint's confidence, 0 where not common.
    """
    common = torch.where(truth_scores > 0, scores, 0.0)
    ours = normalise(positions, common, root)
    theirs = normalise(truth, common, root)
    weights = torch.where(theirs.scores > 0, ours.scores, 0.0)
    apart = torch.linalg.vector_norm(ours.positions - theirs.positions, dim=-1)
    return torch.where(weights > 0, apart, 0.0), weights


def morphing_loss(
    apart: Float[Tensor, "*batch joint"],
    weights: Float[Tensor, "*batch joint"],
    kind: Literal["squared", "absolute"],
) -> Float[Tensor, ""]:
    """The weighted mean of distances, or of squared differences a coordinate.

    Parameters
    ----------
    apart, weights : tensor [..., joint]
        As `distances` gives them; not all weights 0.
    kind : {"squared", "absolute"}
    """
    errors = apart.square() / 2 if kind == "squared" else apart
    return (weights * errors).sum() / weights.sum()
