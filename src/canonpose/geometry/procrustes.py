"""Least-squares alignment of poses: by scale alone, and by a similarity without reflection.

Everything is batched over leading axes. A pose that cannot be aligned (too few valid joints, or all
of them in one place) gets NaN and leaves the rest of the batch alone.
"""

from typing import NamedTuple

import roma
import torch
from jaxtyping import Bool, Float
from torch import Tensor

Points = Float[Tensor, "*batch joint 3"]
Valid = Bool[Tensor, "*batch joint"]

MIN_JOINTS = 3
"""Fewer joints leave a rotation about their line free."""


class Similarity(NamedTuple):
    """``x -> scale * rotation @ x + translation``, one for each pose of a batch."""

    rotation: Float[Tensor, "*batch 3 3"]
    """In SO(3), so never a reflection."""
    translation: Float[Tensor, "*batch 3"]
    scale: Float[Tensor, "*batch"]

    def __call__(self, points: Points) -> Points:
        """Move points [..., joint, 3]."""
        turned = points @ self.rotation.mT
        return self.scale[..., None, None] * turned + self.translation[..., None, :]


def scale_alignment(predicted: Points, reference: Points, valid: Valid) -> Float[Tensor, "*batch"]:
    """The scale that brings root-centred poses closest to their references, in least squares.

    A negative scale would be a reflection through the root, so a prediction that points away from
    its reference gets 0.

    Parameters
    ----------
    predicted, reference : tensor [..., joint, 3]
        Both relative to the root joint, in frames of the same orientation.
    valid : tensor [..., joint]
        The joints that count; the rest may be NaN.

    Returns
    -------
    tensor [...]
        Reference units per predicted unit; NaN where every valid predicted joint is at the root.
    """
    predicted, reference = _blank(predicted, valid), _blank(reference, valid)
    size = predicted.square().sum((-2, -1))
    scale = ((predicted * reference).sum((-2, -1)) / size).clamp(min=0)
    return torch.where(size > 0, scale, torch.nan)


def similarity_alignment(predicted: Points, reference: Points, valid: Valid) -> Similarity:
    """The rotation, translation and scale that bring poses closest to their references.

    Least squares over the valid joints (Umeyama, 1991), the rotation from `roma`. The two poses may
    be in any frames and units.

    Parameters
    ----------
    predicted, reference : tensor [..., joint, 3]
        The poses to move, and what to move them onto.
    valid : tensor [..., joint]
        The joints that count; the rest may be NaN.

    Returns
    -------
    Similarity
        NaN for poses with fewer than three valid joints, and where the valid joints of either pose
        are all in one place.
    """
    predicted_mean, predicted_centred = _centre(predicted, valid)
    reference_mean, reference_centred = _centre(reference, valid)
    usable = (
        (valid.sum(-1) >= MIN_JOINTS)
        & _is_spread(predicted_centred, predicted, valid)
        & _is_spread(reference_centred, reference, valid)
    )
    covariance = reference_centred.mT @ predicted_centred
    # A decomposition of NaN raises for the whole batch, hence a stand-in for what is unusable.
    stand_in = torch.eye(3, dtype=covariance.dtype, device=covariance.device)
    rotation = roma.special_procrustes(torch.where(usable[..., None, None], covariance, stand_in))
    size = predicted_centred.square().sum((-2, -1))
    scale = torch.where(usable, (rotation * covariance).sum((-2, -1)) / size, torch.nan)
    rotation = torch.where(usable[..., None, None], rotation, torch.nan)
    turned_mean = (rotation @ predicted_mean[..., None])[..., 0]
    return Similarity(rotation, reference_mean - scale[..., None] * turned_mean, scale)


def _blank(points: Points, valid: Valid) -> Points:
    """The points, 0 where they do not count."""
    return torch.where(valid[..., None], points, 0)


def _centre(points: Points, valid: Valid) -> tuple[Float[Tensor, "*batch 3"], Points]:
    """The mean of the valid points, and the points relative to it, 0 where not valid."""
    mean = _blank(points, valid).sum(-2) / valid.sum(-1).clamp(min=1)[..., None]
    return mean, _blank(points - mean[..., None, :], valid)


def _is_spread(centred: Points, points: Points, valid: Valid) -> Bool[Tensor, "*batch"]:
    """Whether the points are further apart than rounding alone would put them."""
    rounding = 16 * torch.finfo(points.dtype).eps * _blank(points, valid).abs().amax((-2, -1))
    return centred.abs().amax((-2, -1)) > rounding
