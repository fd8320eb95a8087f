"""The training objective: all loss terms together."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from canonpose.losses.anatomy import anatomy_loss
from canonpose.losses.camera_consistency import exchanged_errors, rigwise_sum
from canonpose.losses.config import LossConfig
from canonpose.losses.equality import camera_equality, pose_equality
from canonpose.losses.parts import SumOverParts, only_part
from canonpose.losses.permutation import permutations_within_groups
from canonpose.losses.view_consistency import diagonal, mixed_errors, off_diagonal
from canonpose.skeleton import Skeleton


class Losses(NamedTuple):
    """The terms of the objective, before weighting, and their weighted sum."""

    reprojection: Float[Tensor, ""]
    view: Float[Tensor, ""]
    camera: Float[Tensor, ""]
    anatomy: Float[Tensor, ""]
    total: Float[Tensor, ""]


class TargetBatch(NamedTuple):
    """What the poses of a batch are reprojected into, and what is known of its cameras."""

    target: Float[Tensor, "sample view joint 2"]
    """Detected 2D poses, normalised."""
    scores: Float[Tensor, "sample view joint"]
    """Their confidences; 0 where missing."""
    rigs: Int64[Tensor, " sample"] | None = None
    """Which samples share static cameras; without it there is no camera-consistency."""
    rig_count: int | None = None
    """Rigs are numbered from 0 to one below this. With it the losses never wait for the device."""
    view_frames: Float[Tensor, "sample view 3 3"] | None = None
    """How each view was augmented; see `exchanged_errors`."""


def objective(
    batch: TargetBatch,
    poses: Float[Tensor, "sample view joint 3"],
    rotation: Float[Tensor, "sample view 3 3"],
    config: LossConfig,
    *,
    generator: Generator | None = None,
    camera_share: Float[Tensor, ""] | float = 1.0,
    skeleton: Skeleton | None = None,
    over_parts: SumOverParts = only_part,
) -> Losses:
    """All loss terms of one batch (sections 3.1 to 3.4).

    Parameters
    ----------
    batch : TargetBatch
    poses, rotation
        What the lifter made of each view.
    config : LossConfig
    generator : torch.Generator, optional
        Draws the exchange of relative rotations; without it there is no camera-consistency.
    camera_share : tensor or float
        What share of its weight camera-consistency has.
    skeleton : Skeleton, optional
        Whose joints these are; without it anatomy has no say.
    over_parts : callable
        Where several processes hold a part of the batch each (see `canonpose.losses.parts`); the
        terms are then this part's shares.
    """
    pairs = mixed_errors(batch.target, batch.scores, poses, rotation, config.scale_norm)
    own = diagonal(pairs).mean(config.reduction, (0, 1), over_parts)
    if config.view_term == "equality":
        view = pose_equality(poses, batch.scores, over_parts)
    elif config.mixing == "all_pairs":
        view = pairs.mean(config.reduction, (0, 1, 2), over_parts)
    else:
        view = off_diagonal(pairs).mean(config.reduction, (0, 2), over_parts).sum()
    camera = torch.zeros_like(own)
    if batch.rigs is not None and generator is not None and config.weight_camera > 0:
        camera = _camera_term(batch, batch.rigs, poses, rotation, config, generator, over_parts)
    anatomy = torch.zeros_like(own)
    if skeleton is not None and config.weight_anatomy > 0:
        anatomy = anatomy_loss(poses, batch.scores, skeleton, over_parts)
    total = (
        config.weight_reprojection * own
        + config.weight_view * view
        + config.weight_camera * camera_share * camera
        + config.weight_anatomy * anatomy
    )
    return Losses(own, view, camera, anatomy, total)


def _camera_term(
    batch: TargetBatch,
    rigs: Tensor,
    poses: Tensor,
    rotation: Tensor,
    config: LossConfig,
    generator: Generator,
    over_parts: SumOverParts,
) -> Tensor:
    target, scores, _, rig_count, view_frames = batch
    if config.camera_term == "equality":
        return camera_equality(rotation, scores, rigs, view_frames, rig_count, over_parts)
    fixed_points = config.camera_permutation == "uniform"
    on_generator = rigs.to(generator.device)
    donors = permutations_within_groups(on_generator, target.shape[1], generator, fixed_points)
    donors = donors.to(target.device)
    errors = exchanged_errors(
        target, scores, poses, rotation, donors, view_frames, config.scale_norm
    )
    if config.camera_sum == "rigs":
        return rigwise_sum(errors, rigs, config.reduction, rig_count, over_parts)
    own_donor = torch.arange(len(rigs), device=target.device)[:, None] == donors.T
    exchanged = errors.masked((~own_donor).to(target.dtype)[:, :, None])
    return exchanged.mean(config.reduction, (0, 2), over_parts).sum()
