"""How far predicted joints tremble or lag: the error of their accelerations."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.geometry.procrustes import scale_alignment
from canonpose.metrics.arrays import in_torch
from canonpose.metrics.joint_errors import counts


@in_torch
def scale_aligned_acceleration_error(
    predicted: Float[Tensor, "frame joint 3"],
    reference: Float[Tensor, "frame joint 3"],
    valid: Bool[Tensor, "frame joint"] | None = None,
    *,
    root: int,
) -> Float[Tensor, ""]:
    """Mean distance of second differences, after centring on the root and one scale for all frames.

    Parameters
    ----------
    predicted : [frame, joint, 3]
        In the frame of `reference` but for scale and translation; any unit, evenly spaced in time.
    reference : [frame, joint, 3]
        In mm.
    valid : [frame, joint], optional
        Joints of the reference that count; NaN never does.
    root : int
        The joint that all poses are centred on.

    Returns
    -------
    scalar
        mm per frame squared; times the frame rate squared, mm/s². NaN where no joint counts in
        three frames in a row.
    """
    valid = counts(predicted, reference, valid)
    valid = valid & valid[:, root : root + 1]
    predicted = predicted - predicted[:, root : root + 1]
    reference = reference - reference[:, root : root + 1]
    flat = predicted.flatten(0, 1), reference.flatten(0, 1), valid.flatten()
    difference = scale_alignment(*flat) * predicted - reference
    acceleration = difference[2:] - 2 * difference[1:-1] + difference[:-2]
    there = valid[2:] & valid[1:-1] & valid[:-2]
    distance = torch.linalg.vector_norm(acceleration, dim=-1)
    return torch.where(there, distance, torch.nan).nanmean()
