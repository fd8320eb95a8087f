"""A trained lifter's opinion whether two tracks of two views are one person.

Each track is lifted by itself. The canonical pose of one view is put under the rotation of the
other and compared with what that one saw, as view-consistency does in training (section 3.2): if
the two are one body, it reprojects. How well is told by correlation over time, not by the residual
itself: a lifter's error is mostly the same in all frames, and would hide who moves with whom.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.geometry.normalisation import normalise
from canonpose.geometry.projection import rotate, weak_perspective
from canonpose.lifter import TrainedLifter
from canonpose.lifter.mirror_image import lift_with_mirror_image
from canonpose.losses.reprojection import unit_scale
from canonpose.skeleton import Skeleton, convert
from canonpose.skeleton.convert import complete
from canonpose.tensor_rows import TensorRows

MOST_FRAMES = 240
"""Of a track that are lifted, spread evenly."""
FEWEST_FRAMES = 5
"""Shared; fewer say nothing."""
STRANGERS, ONE = 0.3, 0.6
"""What `reprojection_correlation` gives two people, and one: medians over virtual scenes."""
REMEMBERED = 512
"""Pieces of tracks that are not lifted again when they are compared with another."""


@dataclass(frozen=True, eq=False)
class LiftedTrack(TensorRows):
    """A track as the lifter sees it."""

    positions: Float[Tensor, "frame joint 2"]
    """Normalised."""
    seen: Bool[Tensor, "frame joint"]
    canonical: Float[Tensor, "frame joint 3"]
    rotation: Float[Tensor, "frame 3 3"]


class LifterVote:
    """Cross-view reprojection of a trained lifter, as `canonpose.people` takes it.

    Parameters
    ----------
    lifter : TrainedLifter
        Of any training on a skeleton that shares joints with the detections by name.
    """

    def __init__(self, lifter: TrainedLifter):
        self.lifter = lifter
        self._remembered = lru_cache(REMEMBERED)(self._lifted_bytes)

    def __call__(
        self,
        first: Float[np.ndarray, "frame joint 3"],
        second: Float[np.ndarray, "frame joint 3"],
        skeleton: Skeleton,
    ) -> float:
        """About 0 for two strangers and 1 for one person; 0 where they share too few frames.

        Parameters
        ----------
        first, second : array [frame, joint, 3]
            (x, y, score) of the detected joints, of the same frames; NaN with score 0 where
            missing.
        skeleton : Skeleton
            Of the detections.
        """
        step = -(-len(first) // MOST_FRAMES)
        lifted = [self._lifted(seen[::step], skeleton) for seen in (first, second)]
        correlation = reprojection_correlation(*lifted)
        if correlation is None:
            return 0.0
        return float(np.clip((correlation - STRANGERS) / (ONE - STRANGERS), -1, 1))

    def _lifted(self, seen: Float[np.ndarray, "frame joint 3"], skeleton: Skeleton) -> LiftedTrack:
        seen = np.ascontiguousarray(seen, dtype=np.float32)
        return self._remembered(seen.tobytes(), seen.shape, skeleton)

    @torch.no_grad()
    def _lifted_bytes(
        self, content: bytes, shape: tuple[int, int, int], skeleton: Skeleton
    ) -> LiftedTrack:
        seen = np.frombuffer(content, np.float32).reshape(shape)
        positions, scores = complete(seen[..., :2], seen[..., 2], skeleton)
        positions, scores = convert(positions, scores, skeleton, self.lifter.skeleton)
        root = self.lifter.skeleton.root_index
        poses = normalise(torch.from_numpy(positions), torch.from_numpy(scores), root)
        device = next(self.lifter.network.parameters()).device
        canonical, rotation = lift_with_mirror_image(
            self.lifter, poses.positions.to(device), poses.scores.to(device)
        )
        canonical = canonical - canonical[:, root : root + 1]
        return LiftedTrack(poses.positions, poses.scores > 0, canonical.cpu(), rotation.cpu())


def reprojection_correlation(first: LiftedTrack, second: LiftedTrack) -> float | None:
    """How well the motion of each, in the other's camera, is the other's; None where unknown.

    -1 to 1, the mean of both ways.
    """
    shared = first.seen.any(1) & second.seen.any(1)
    if shared.sum() < FEWEST_FRAMES:
        return None
    a, b = first.at(shared), second.at(shared)
    there = _correlation(rotate(b.rotation, a.canonical), b)
    back = _correlation(rotate(a.rotation, b.canonical), a)
    return (there + back) / 2


def _correlation(in_camera: Float[Tensor, "frame joint 3"], target: LiftedTrack) -> float:
    """Of deviations from the mean over time, over the joints that the target sees."""
    seen = target.seen.to(in_camera.dtype)
    images = (weak_perspective(in_camera), target.positions)
    projected, observed = (
        unit_scale(image * seen[..., None], seen, "frobenius") for image in images
    )
    projected, observed = projected - projected.mean(0), observed - observed.mean(0)
    norms = (projected.norm() * observed.norm()).clamp(min=1e-9)
    return float((projected * observed).sum() / norms)
