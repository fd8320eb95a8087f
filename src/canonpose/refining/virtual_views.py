"""Solved poses put together anew, turned on the spot, and seen by cameras that never were there."""

from dataclasses import dataclass

import roma
import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from canonpose.geometry.normalisation import normalise
from canonpose.geometry.projection import rotate
from canonpose.refining.bodies import NEAREST, Bodies, Sightings, relative_images
from canonpose.refining.config import RefineConfig
from canonpose.refining.torso import torso_frames
from canonpose.skeleton import Skeleton
from canonpose.tensor_rows import TensorRows
from canonpose.training.branches import branches_of, exchange_branches


@dataclass(frozen=True, eq=False)
class LabelledViews(TensorRows):
    """Single views with labels."""

    positions: Float[Tensor, "pose joint 2"]
    """As the lifter takes them."""
    scores: Float[Tensor, "pose joint"]
    labels: Float[Tensor, "pose joint 3"]
    """Camera frame, relative to the root joint."""
    weights: Float[Tensor, "pose joint"]
    """What a label counts for; 0 where there is none."""


class VirtualViews:
    """Draws virtual views of solved poses; all draws come from the caller's generator.

    A pose takes branches of others, which are bent a little at the joint that they hang on. It is
    turned about the vertical to any side and leant a little. Its camera is a real one, which looks
    at it as it looked at some real moment, nearer or farther. Its detections err as those of some
    real view did, with that view's confidences.

    Parameters
    ----------
    bodies : Bodies
    sightings : Sightings
    config : RefineConfig
    skeleton : Skeleton
    """

    def __init__(
        self, bodies: Bodies, sightings: Sightings, config: RefineConfig, skeleton: Skeleton
    ):
        self.bodies = bodies
        self.sightings = sightings
        self.config = config
        self.branches = branches_of(skeleton)
        self.mirror_indices = torch.from_numpy(skeleton.mirror_indices)
        self.root = skeleton.root_index
        self.skeleton = skeleton

    def __call__(self, count: int, generator: Generator) -> LabelledViews:
        """Draw so many virtual views."""
        bodies = self.bodies.at(self._drawn(len(self.bodies), count, generator))
        poses, weights = self._recombined(bodies.positions, bodies.weights, generator)
        poses, weights = self._flipped(self._bent(poses, generator), weights, generator)
        poses = rotate(self._attitudes(count, generator).to(poses), poses)
        whence = self._drawn(len(self.sightings), count, generator)
        labels = rotate(self.sightings.turns[whence], poses)
        nearer = torch.randn(count, 1, generator=generator).mul(self.config.approach).exp()
        places = self.sightings.places[whence] * nearer.to(poses)
        places = places * (NEAREST / places[:, 2:]).clamp(min=1)
        err = self._drawn(len(self.sightings), count, generator)
        images = relative_images(labels, places) + self.config.noise * self.sightings.errors[err]
        scores = self.sightings.scores[err] * (weights > 0)
        positions, scores, _ = normalise(images, scores, self.root)
        return LabelledViews(positions, scores, labels, weights * (scores > 0).any(-1)[:, None])

    def _drawn(self, number: int, count: int, generator: Generator) -> Int64[Tensor, " draw"]:
        drawn = torch.randint(number, (count,), generator=generator)
        return drawn.to(self.bodies.positions.device)

    def _recombined(
        self, poses: Tensor, weights: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """Branches of other poses of the draw, relative to the joint that they hang on."""
        if not self.config.exchange:
            return poses, weights
        shape = (len(self.branches), len(poses))
        donors = torch.rand(shape, generator=generator).argsort(1).to(poses.device)
        taken = (torch.rand(shape, generator=generator) < self.config.exchange).to(poses.device)
        own = torso_frames(poses, self.skeleton)
        if not self.config.aligned:
            own = torch.eye(3).to(own).expand_as(own)
        there = rotate(own.transpose(-1, -2), poses)
        mixed, weights = exchange_branches(
            there[:, None], weights[:, None], self.branches, donors, taken
        )
        return rotate(own, mixed[:, 0]), weights[:, 0]

    def _bent(
        self, poses: Float[Tensor, "draw joint 3"], generator: Generator
    ) -> Float[Tensor, "draw joint 3"]:
        """Every branch turned a little at its joint; bones keep their lengths."""
        if not self.config.bend:
            return poses
        poses = poses.clone()
        for joint, below in self.branches:
            turns = torch.randn(len(poses), 3, generator=generator) * self.config.bend
            turn = roma.rotvec_to_rotmat(turns.deg2rad()).to(poses)
            at = poses[:, [joint]]
            poses[:, below] = at + rotate(turn, poses[:, below] - at)
        return poses

    def _flipped(
        self, poses: Tensor, weights: Tensor, generator: Generator
    ) -> tuple[Tensor, Tensor]:
        """Half of the bodies mirrored left to right."""
        flip = (torch.rand(len(poses), generator=generator) < 0.5).to(poses.device)
        sign = poses.new_tensor([-1.0, 1.0, 1.0])
        mirrored = sign * poses[:, self.mirror_indices]
        return (
            torch.where(flip[:, None, None], mirrored, poses),
            torch.where(flip[:, None], weights[:, self.mirror_indices], weights),
        )

    def _attitudes(self, count: int, generator: Generator) -> Float[Tensor, "draw 3 3"]:
        """Any turn about z, after a lean to any side."""
        yaw = torch.zeros(count, 3)
        yaw[:, 2] = 2 * torch.pi * torch.rand(count, generator=generator)
        lean = torch.randn(count, 3, generator=generator) * self.config.tilt
        lean[:, 2] = 0
        return roma.rotvec_to_rotmat(yaw) @ roma.rotvec_to_rotmat(lean.deg2rad())
