"""Poses of single frames to poses of a video, all at once or as they come."""

from collections import deque

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.geometry.normalisation import NormalisedPoses
from canonpose.inference.body_scale import body_size
from canonpose.lifter.temporal.trained import TrainedTemporal
from canonpose.lifter.temporal.windows import RATE, LiftedFrames, places_at
from canonpose.skeleton import Skeleton

BATCH = 1024
"""Windows a pass."""


@torch.no_grad()
def joined_over_time(
    temporal: TrainedTemporal,
    normalised: NormalisedPoses,
    in_camera: Float[Tensor, "frame joint 3"],
    usable: Bool[Tensor, " frame"],
    *,
    fps: float | None = None,
    times: Float[np.ndarray, " frame"] | None = None,
    causal: bool = False,
    device: torch.device | None = None,
) -> Float[Tensor, "frame joint 3"]:
    """Every frame's pose, from a window around it.

    Parameters
    ----------
    temporal : TrainedTemporal
    normalised : NormalisedPoses
        What was lifted, of [frame, joint].
    in_camera : tensor [frame, joint, 3]
        The poses of single frames: camera frame, body size 1.
    usable : tensor [frame]
        Frames that could be lifted.
    fps : float, optional
        Frames per second; where it is low, a window holds fewer of them.
    times : array [frame], optional
        In seconds, where they are uneven; a window does not reach over a gap that is longer.
    causal : bool
        Look at no frame after the one that is lifted.
    device : torch.device, optional
        Where to compute; the CPU by default.

    Returns
    -------
    tensor [frame, joint, 3]
        As ``in_camera``: camera frame, body size 1, the root at the origin; of frames that could
        not be lifted, anything.
    """
    where = device or torch.device("cpu")
    network, past = temporal.network.to(where), temporal.network.config.past
    frames = LiftedFrames(
        normalised.positions,
        normalised.scores,
        in_camera,
        usable,
        torch.zeros(len(usable), dtype=torch.int64),
        places_at(fps, len(usable), times),
    )
    parts = []
    for chosen in torch.arange(len(frames)).split(BATCH):
        windows = frames.windows(chosen, past, 0 if causal else past)
        parts.append(network(*(part.to(where) for part in windows)).cpu())
    return _of_size_one(torch.cat(parts), temporal.skeleton)


class CausalMemory:
    """Joins frames over time as they come, without those that are still to come.

    Parameters
    ----------
    temporal : TrainedTemporal
        Computed with on the CPU.
    """

    def __init__(self, temporal: TrainedTemporal):
        self._temporal = temporal
        self._frames: deque[LiftedFrames] = deque(maxlen=temporal.network.config.past + 1)
        self._time = 0.0
        """Of the newest."""
        temporal.network.cpu().eval()

    def forget(self) -> None:
        """Begin anew, as with another person."""
        self._frames.clear()

    @torch.no_grad()
    def joined(
        self,
        positions: Float[Tensor, "joint 2"],
        scores: Float[Tensor, " joint"],
        in_camera: Float[Tensor, "joint 3"],
        time: float,
    ) -> Float[Tensor, "joint 3"]:
        """The newest frame's pose, from it and those before: body size 1, root at the origin.

        Parameters
        ----------
        positions, scores : tensor
            Normalised, as they were lifted.
        in_camera : tensor [joint, 3]
            What the lifter made of it: camera frame, body size 1.
        time : float
            Of the frame, in seconds; later than those before.
        """
        place = 0
        if self._frames:
            place = int(self._frames[-1].place) + max(1, round((time - self._time) * RATE))
        self._time = time
        alone = (
            torch.ones(1, dtype=torch.bool),
            torch.zeros(1, dtype=torch.int64),
            torch.tensor([place]),
        )
        self._frames.append(LiftedFrames(positions[None], scores[None], in_camera[None], *alone))
        frames = LiftedFrames.concatenated(list(self._frames))
        newest = torch.tensor([len(frames) - 1])
        past = self._temporal.network.config.past
        poses = self._temporal.network(*frames.windows(newest, past, 0))
        return _of_size_one(poses, self._temporal.skeleton)[0]


def _of_size_one(
    poses: Float[Tensor, "frame joint 3"], skeleton: Skeleton
) -> Float[Tensor, "frame joint 3"]:
    """About the root, and of body size 1: a mean over poses that differ is smaller than they."""
    root = skeleton.root_index
    size, _ = body_size(poses, skeleton)
    return (poses - poses[:, root : root + 1]) / size[:, None, None]
