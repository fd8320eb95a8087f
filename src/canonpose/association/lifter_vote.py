"""A trained lifter's opinion whether two tracks of two views are one person.

Each track is lifted by itself. What one view saw is turned into the other camera and compared with
what that one saw: if the two are one body, it reprojects. The rotation from camera to camera is not
known, but it is one and the same in all frames, so that the mean of what the lifter says is taken.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import roma
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.geometry.normalisation import normalise
from canonpose.geometry.projection import rotate, weak_perspective
from canonpose.lifter import TrainedLifter
from canonpose.losses.reprojection import reprojection_errors
from canonpose.skeleton import Skeleton, convert
from canonpose.skeleton.convert import complete

MOST_FRAMES = 240
"""Of a track that are lifted, spread evenly."""
FEWEST_FRAMES = 5
"""Shared; fewer say nothing."""
STRANGERS = 0.5
"""The residual of two people, in units of the pose's root mean square coordinate."""
REMEMBERED = 512
"""Pieces of tracks that are not lifted again when they are compared with another."""


class Lifted(NamedTuple):
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
        """About 0 for two strangers, up to 1 for one person; 0 where they share too few frames.

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
        residual = cross_residual(*lifted)
        return 0.0 if residual is None else 1 - residual / STRANGERS

    def _lifted(self, seen: Float[np.ndarray, "frame joint 3"], skeleton: Skeleton) -> Lifted:
        seen = np.ascontiguousarray(seen, dtype=np.float32)
        return self._remembered(seen.tobytes(), seen.shape, skeleton)

    @torch.no_grad()
    def _lifted_bytes(
        self, content: bytes, shape: tuple[int, int, int], skeleton: Skeleton
    ) -> Lifted:
        seen = np.frombuffer(content, np.float32).reshape(shape)
        positions, scores = complete(seen[..., :2], seen[..., 2], skeleton)
        positions, scores = convert(positions, scores, skeleton, self.lifter.skeleton)
        root = self.lifter.skeleton.root_index
        poses = normalise(torch.from_numpy(positions), torch.from_numpy(scores), root)
        device = next(self.lifter.network.parameters()).device
        canonical, rotation = self.lifter.network(
            poses.positions.to(device), poses.scores.to(device)
        )
        canonical = canonical - canonical[:, root : root + 1]
        return Lifted(poses.positions, poses.scores > 0, canonical.cpu(), rotation.cpu())


def cross_residual(first: Lifted, second: Lifted) -> float | None:
    """Median error of each track's poses in the other's camera, relative; None where unknown.

    In units of the root mean square of the pose's coordinates, mean of both ways.
    """
    shared = first.seen.any(1) & second.seen.any(1)
    if shared.sum() < FEWEST_FRAMES:
        return None
    a, b = (Lifted(*(part[shared] for part in track)) for track in (first, second))
    turn = roma.special_procrustes((b.rotation @ a.rotation.mT).mean(0))
    there = reprojected(rotate(turn @ a.rotation, a.canonical), b)
    back = reprojected(rotate(turn.mT @ b.rotation, b.canonical), a)
    return float((there.median() + back.median()) / 2)


def reprojected(
    in_camera: Float[Tensor, "frame joint 3"], target: Lifted
) -> Float[Tensor, " frame"]:
    """Mean error over the joints that the target sees, scale-free (Eq. 5)."""
    errors = reprojection_errors(
        target.positions, weak_perspective(in_camera), target.seen.to(in_camera.dtype)
    )
    return errors.total / errors.coordinates.clamp(min=1)
