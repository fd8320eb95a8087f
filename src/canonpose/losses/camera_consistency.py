"""Camera-consistency for static cameras: relative rotations exchanged between samples (3.4)."""

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from canonpose.geometry.projection import rotate, weak_perspective_by_all
from canonpose.losses.parts import SumOverParts, only_part
from canonpose.losses.reprojection import PoseErrors, ScaleNorm, reprojection_errors
from canonpose.losses.view_consistency import off_diagonal


def relative_rotations(
    rotation: Float[Tensor, "sample view 3 3"],
) -> Float[Tensor, "sample view view 3 3"]:
    """``R_ct = R_t R_c^T`` (Eq. 7), indexed [sample, c, t]."""
    return rotation[:, None] @ rotation[:, :, None].transpose(-1, -2)


def real_relative_rotations(
    rotation: Float[Tensor, "sample view 3 3"],
    view_frames: Float[Tensor, "sample view 3 3"] | None = None,
) -> Float[Tensor, "sample view view 3 3"]:
    """Relative rotations of the cameras that really stood there, whatever augmented the views.

    Augmenting a view by an orthogonal matrix G (an in-plane rotation, a flip, or both) changes its
    relative rotations to ``G_t R_ct G_c^T``; ``view_frames`` holds these matrices.
    """
    relative = relative_rotations(rotation)
    return relative if view_frames is None else _conjugate(view_frames.mT, relative)


def exchanged_errors(
    target: Float[Tensor, "sample view joint 2"],
    scores: Float[Tensor, "sample view joint"],
    poses: Float[Tensor, "sample view joint 3"],
    rotation: Float[Tensor, "sample view 3 3"],
    donors: Int64[Tensor, "view sample"],
    view_frames: Float[Tensor, "sample view 3 3"] | None = None,
    scale_norm: ScaleNorm = "rms",
) -> PoseErrors:
    """Reproject every pose by the relative rotations of another sample of its rig (Eq. 8).

    With ``view_frames`` the relative rotations are exchanged as those of the cameras that really
    stood there (`real_relative_rotations`), which is what the static rig has in common, so that
    augmentation and camera-consistency go together.

    Parameters
    ----------
    donors : tensor [view, sample]
        For every reference view, the sample that a sample is given the relative rotations of.
    view_frames : tensor [sample, view, 3, 3], optional
        How each view was augmented.

    Returns
    -------
    PoseErrors
        Of shape [sample, reference view, target view], without the diagonal.
    """
    views = torch.arange(rotation.shape[1], device=rotation.device)
    real = rotation if view_frames is None else view_frames.mT @ rotation
    # R_t R_c^T of the donor, in steps: to its canonical frame, and from there into all its views.
    to_canonical, into_views = real[donors.T, views].mT, real[donors.T]
    if view_frames is not None:
        to_canonical, into_views = to_canonical @ view_frames.mT, view_frames[:, None] @ into_views
    canonical = rotate(to_canonical @ rotation, poses)
    images = weak_perspective_by_all(canonical[:, :, None], into_views)[:, :, 0]
    errors = reprojection_errors(target[:, None], images, scores[:, None], scale_norm)
    seen = (scores > 0).any(-1)
    donor_seen = seen[donors.T, views]
    donor_target_seen = seen[donors.T[:, :, None], views]
    keep = seen[:, :, None] & donor_seen[:, :, None] & donor_target_seen
    return off_diagonal(errors.masked(keep.to(target.dtype)))


def _conjugate(frames: Tensor, relative: Tensor) -> Tensor:
    """``G_t R_ct G_c^T`` for frames [sample, view, 3, 3], rotations [sample, c, t, 3, 3]."""
    return frames[:, None] @ relative @ frames[:, :, None].transpose(-1, -2)


def memberships(
    rigs: Int64[Tensor, " sample"], rig_count: int | None = None
) -> Bool[Tensor, "rig sample"]:
    """Whose sample is whose.

    For products, which sum in the same order each time, where a scatter may not.
    """
    numbers = rigs.unique() if rig_count is None else torch.arange(rig_count, device=rigs.device)
    return numbers[:, None] == rigs


def rigwise_sum(
    errors: PoseErrors,
    rigs: Int64[Tensor, " sample"],
    reduction: str,
    rig_count: int | None = None,
    over_parts: SumOverParts = only_part,
) -> Float[Tensor, ""]:
    """Sum over reference views and rigs of the mean over a rig's samples and targets.

    Samples that are alone of their rig in the batch, or in this process's part of it, have nothing
    to exchange and are left out.

    Parameters
    ----------
    errors : PoseErrors
        Of shape [sample, reference view, target view].
    rigs : tensor [sample]
    reduction : str
        "element" or "pose", as for `PoseErrors.mean`.
    rig_count : int, optional
        Rigs are numbered from 0 to one below this; without it the device is waited for. Needed
        with ``over_parts``.
    over_parts : callable
        Where several processes hold a part of the batch each.
    """
    members = memberships(rigs, rig_count).to(errors.total)
    members = members * (members.sum(-1, keepdim=True) > 1)
    counted = (
        errors.coordinates
        if reduction == "element"
        else (errors.coordinates > 0).to(errors.coordinates)
    )
    counts = over_parts(members @ counted.sum(-1))
    return ((members @ errors.total.sum(-1)) / counts.clamp(min=1.0)).sum()
