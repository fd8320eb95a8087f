"""View-consistency by mixing poses and rotations across views (section 3.2)."""

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.geometry.projection import weak_perspective_by_all
from canonpose.losses.reprojection import PoseErrors, ScaleNorm, reprojection_errors


def mixed_errors(
    target: Float[Tensor, "sample view joint 2"],
    scores: Float[Tensor, "sample view joint"],
    poses: Float[Tensor, "sample view joint 3"],
    rotation: Float[Tensor, "sample view 3 3"],
    scale_norm: ScaleNorm = "rms",
) -> PoseErrors:
    """Reprojection errors of all m^2 pairs: the pose of one view by the rotation of another.

    Pairs whose source view has no detection are left out like those whose target has none.

    Returns
    -------
    PoseErrors
        Of shape [sample, source view, target view]; the diagonal is the plain reprojection.
    """
    images = weak_perspective_by_all(poses, rotation)
    errors = reprojection_errors(target[:, None], images, scores[:, None], scale_norm)
    source_seen = (scores > 0).any(-1)[:, :, None]
    return errors.masked(source_seen.to(target.dtype))


def diagonal(errors: PoseErrors) -> PoseErrors:
    """Of pairwise errors, those of a view with itself: shape [sample, view]."""
    return PoseErrors(*(torch.diagonal(part, dim1=-2, dim2=-1) for part in errors))


def off_diagonal(errors: PoseErrors) -> PoseErrors:
    """Pairwise errors with those of a view with itself left out; the shape stays."""
    views = errors.total.shape[-1]
    return errors.masked(1 - torch.eye(views, dtype=errors.total.dtype, device=errors.total.device))
