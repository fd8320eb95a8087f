"""How far a lifted pose is off its label, whatever its scale."""

import torch
from jaxtyping import Float
from torch import Tensor

SMALLEST = 1e-9


def label_loss(
    poses: Float[Tensor, "pose joint 3"],
    labels: Float[Tensor, "pose joint 3"],
    weights: Float[Tensor, "pose joint"],
    root: int,
) -> Float[Tensor, ""]:
    """Mean distance of joints from their labels, after the root and one scale a pose.

    Both are taken relative to the root; the scale is that of least squares, and may be negative: a
    pose reflected through the root costs nothing here, but much in the reprojection of the losses
    beside this one, and with the scale's sign taken away some poses stay on the wrong side
    (docs/tried.md). Distances, not their
    squares, count, so that a wrong label pulls no harder than others. One view does not tell size,
    so the loss has none: distances are relative to the root mean square coordinate of the label.

    Parameters
    ----------
    poses : tensor [pose, joint, 3]
        In the camera's frame, of free scale.
    labels : tensor [pose, joint, 3]
        In the same frame, in any unit.
    weights : tensor [pose, joint]
        What a label counts for; 0 where there is none.
    root : int
        Index of the root joint.
    """
    poses = poses - poses[:, root : root + 1]
    labels = labels - labels[:, root : root + 1]
    fit = (weights * (poses * labels).sum(-1)).sum(-1)
    size = (weights * poses.square().sum(-1)).sum(-1)
    scale = fit / size.clamp(min=SMALLEST)
    off = scale[:, None, None] * poses - labels
    # The gradient of a norm at 0 is not a number.
    distance = (off.square().sum(-1) + SMALLEST).sqrt()
    total = weights.sum(-1)
    energy = (weights * labels.square().sum(-1)).sum(-1) / (3 * total).clamp(min=SMALLEST)
    relative = (weights * distance).sum(-1) / energy.clamp(min=SMALLEST).sqrt()
    return relative.sum() / total.sum().clamp(min=SMALLEST)


def label_weights(
    sigma: Float[Tensor, "*batch joint"], valid: Tensor, trusted: float
) -> Float[Tensor, "*batch joint"]:
    """What labels count for: the inverse of their standard deviation, relative to a trusted one.

    Parameters
    ----------
    sigma : tensor [..., joint]
        Any unit.
    valid : tensor [..., joint]
        Where there is a label.
    trusted : float
        In the same unit; labels surer than this count 1.
    """
    weights = trusted / sigma.clamp(min=max(trusted, SMALLEST))
    return torch.where(valid, weights if trusted > 0 else torch.ones_like(sigma), 0.0)
