"""Varied views of the training samples."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from canonpose.device import index_tensor
from canonpose.geometry.normalisation import normalise
from canonpose.geometry.projection import in_plane_rotation
from canonpose.losses.permutation import permutations_within_groups
from canonpose.skeleton import Skeleton
from canonpose.training.branches import branches_of, exchange_branches
from canonpose.training.config import AugmentationConfig


class AugmentedBatch(NamedTuple):
    """What the lifter sees, what its reprojections are compared with, and how views were turned."""

    input_positions: Float[Tensor, "sample view joint 2"]
    input_scores: Float[Tensor, "sample view joint"]
    target: Float[Tensor, "sample view joint 2"]
    scores: Float[Tensor, "sample view joint"]
    view_frames: Float[Tensor, "sample view 3 3"]
    """Orthogonal matrices from the real cameras' frames to those of the augmented views."""


class Augmentation:
    """Draws augmented batches for one skeleton; all draws come from the caller's generator.

    Parameters
    ----------
    config : AugmentationConfig
    skeleton : Skeleton
    """

    def __init__(self, config: AugmentationConfig, skeleton: Skeleton):
        self.config = config
        self.mirror_indices = tuple(skeleton.mirror_indices.tolist())
        self.root = skeleton.root_index
        self.branches = branches_of(skeleton)

    @property
    def turns_views(self) -> bool:
        """Whether views leave the frames of the real cameras."""
        return self.config.flip or self.config.rotation > 0

    def exchanges_branches(self, rigs: Int64[Tensor, " sample"] | None) -> bool:
        """Whether poses are put together from several moments, inside ``rigs`` of static cameras.

        Such a pose is seen consistently, but need not be one that a body can strike.
        """
        return rigs is not None and self.config.branch_exchange > 0

    def __call__(
        self,
        positions: Float[Tensor, "sample view joint 2"],
        scores: Float[Tensor, "sample view joint"],
        generator: Generator,
        rigs: Int64[Tensor, " sample"] | None = None,
    ) -> AugmentedBatch:
        """Augment normalised 2D poses and their confidences.

        Branches are exchanged inside ``rigs`` of static cameras only; without any, not at all.
        """
        if rigs is not None and self.exchanges_branches(rigs):
            positions, scores = self._exchanged(positions, scores, generator, rigs)
        frames, flipped = self._view_frames(len(positions), positions.shape[1], generator)
        frames, flipped = frames.to(positions), flipped.to(positions.device)
        if self.config.flip:
            mirror = index_tensor(self.mirror_indices, positions.device)
            sides = flipped[:, None, None]
            scores = torch.where(sides, scores.index_select(2, mirror), scores)
            positions = torch.where(sides[..., None], positions.index_select(2, mirror), positions)
        target = positions @ frames[..., :2, :2].mT if self.turns_views else positions
        input_positions, input_scores = self._corrupted(target, scores, generator)
        return AugmentedBatch(input_positions, input_scores, target, scores, frames)

    def _exchanged(
        self, positions: Tensor, scores: Tensor, generator: Generator, rigs: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Poses with branches of other samples of their rig."""
        count, where = len(self.branches), positions.device
        groups = rigs.to(generator.device)
        donors = permutations_within_groups(groups, count, generator, fixed_points=True)
        taken = uniform(donors.shape, generator) < self.config.branch_exchange
        exchanged = exchange_branches(
            positions, scores, self.branches, donors.to(where), taken.to(where)
        )
        return normalise(*exchanged, self.root)[:2]

    def _view_frames(self, samples: int, views: int, generator: Generator) -> tuple[Tensor, Tensor]:
        """In-plane rotations, after a flip of x for the samples that are flipped; and which are."""
        degrees = (2 * uniform((samples, views), generator) - 1) * self.config.rotation
        frames = in_plane_rotation(degrees.deg2rad())
        if not self.config.flip:
            return frames, torch.zeros(samples, dtype=torch.bool, device=frames.device)
        flipped = uniform((samples,), generator) < 0.5
        frames[..., 0] *= 1 - 2 * flipped.to(frames)[:, None, None]
        return frames, flipped

    def _corrupted(
        self, target: Tensor, scores: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """Noise and drop-out for the lifter's input; what the loss compares with stays."""
        positions = target
        if self.config.noise:
            noise = torch.randn(target.shape, generator=generator, device=generator.device)
            positions = positions + self.config.noise * noise.to(target)
        if self.config.joint_dropout:
            kept = uniform(scores.shape, generator) >= self.config.joint_dropout
            kept.select(-1, self.root).fill_(True)
            scores = scores * kept.to(scores)
        if self.config.noise or self.config.joint_dropout:
            positions, scores, _ = normalise(positions, scores, self.root)
        if self.config.confidence_dropout:
            hidden = uniform(scores.shape[:2], generator)
            hidden = (hidden < self.config.confidence_dropout).to(scores.device)
            seen = (scores > 0).to(scores)
            scores = torch.where(hidden[..., None], seen, scores)
        return positions, scores


def uniform(shape: Sequence[int], generator: Generator) -> Tensor:
    """Numbers in [0, 1), on the generator's device."""
    return torch.rand(*shape, generator=generator, device=generator.device)
