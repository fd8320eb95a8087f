"""How far temporally lifted poses are off, in position and in acceleration."""

import torch
from jaxtyping import Float
from torch import Tensor


def position_loss(
    poses: Float[Tensor, "*batch joint 3"],
    labels: Float[Tensor, "*batch joint 3"],
    weights: Float[Tensor, "*batch joint"],
) -> Float[Tensor, ""]:
    """Weighted mean distance."""
    return _weighted_mean(torch.linalg.vector_norm(poses - labels, dim=-1), weights)


def acceleration_loss(
    poses: Float[Tensor, "*batch 3 joint 3"],
    labels: Float[Tensor, "*batch 3 joint 3"],
    weights: Float[Tensor, "*batch 3 joint"],
) -> Float[Tensor, ""]:
    """Weighted mean distance of second differences of three frames in a row."""
    before, here, after = (poses - labels).unbind(-3)
    difference = before - 2 * here + after
    return _weighted_mean(torch.linalg.vector_norm(difference, dim=-1), weights.amin(-2))


def _weighted_mean(distances: Tensor, weights: Tensor) -> Tensor:
    return (weights * distances).sum() / weights.sum().clamp(min=1e-9)
