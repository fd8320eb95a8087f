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
    mirror_is_closer: Bool[Tensor, "*batch"]
    """Whether a similarity with a reflection would leave less than this one, in squares."""

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
    predicted_mean, predicted_centred, predicted_spread = _centre(predicted, valid)
    reference_mean, reference_centred, reference_spread = _centre(reference, valid)
    usable = (valid.sum(-1) >= MIN_JOINTS) & predicted_spread & reference_spread
    covariance = reference_centred.mT @ predicted_centred
    # A decomposition of NaN raises for the whole batch, hence a stand-in for what is unusable.
    stand_in = torch.eye(3, dtype=covariance.dtype, device=covariance.device)
    rotation = roma.special_procrustes(torch.where(usable[..., None, None], covariance, stand_in))
    size = predicted_centred.square().sum((-2, -1))
    scale = torch.where(usable, (rotation * covariance).sum((-2, -1)) / size, torch.nan)
    rotation = torch.where(usable[..., None, None], rotation, torch.nan)
    turned_mean = (rotation @ predicted_mean[..., None])[..., 0]
    return Similarity(
        rotation,
        translation=reference_mean - scale[..., None] * turned_mean,
        scale=scale,
        mirror_is_closer=usable & _is_reflection(covariance),
    )


def _is_reflection(covariance: Float[Tensor, "*batch 3 3"]) -> Bool[Tensor, "*batch"]:
    """Whether the orthogonal matrix that fits best is a reflection, by more than rounding.

    Of the singular values a >= b >= c of the covariance, a fit explains a + b + c if it may choose
    between rotation and reflection, and a + b - c if it is held to the other one. The sign of the
    determinant says which one is which (Umeyama, 1991).
    """
    first, second, third = covariance.detach().unbind(-1)
    determinant = (torch.linalg.cross(first, second) * third).sum(-1)
    size = torch.linalg.matrix_norm(covariance.detach())
    return determinant < -_rounding(covariance) * size**3


def _blank(points: Points, valid: Valid) -> Points:
    """The points, 0 where they do not count."""
    return torch.where(valid[..., None], points, 0)


def _centre(
    points: Points, valid: Valid
) -> tuple[Float[Tensor, "*batch 3"], Points, Bool[Tensor, "*batch"]]:
    """The mean of the valid points, and the points relative to it, 0 where not valid.

    The third is whether they are further apart than rounding alone would put them.
    """
    known = _blank(points, valid)
    mean = known.sum(-2) / valid.sum(-1).clamp(min=1)[..., None]
    centred = _blank(known - mean[..., None, :], valid)
    largest = known.detach().abs().amax((-2, -1))
    spread = centred.detach().abs().amax((-2, -1)) > _rounding(points) * largest
    return mean, centred, spread


def _rounding(numbers: Tensor) -> float:
    """How far off, relative to the numbers, a sum of a pose's joints may be."""
    return 16 * torch.finfo(numbers.dtype).eps
