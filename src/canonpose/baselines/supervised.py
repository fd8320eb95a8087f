"""Supervised training of a single-view lifter."""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.baselines.labels import LabelledPoses, LabelledView, labelled_poses
from canonpose.baselines.martinez import MartinezConfig, MartinezLifter
from canonpose.baselines.trained import SupervisedLifter
from canonpose.device import choose_device
from canonpose.errors import InputError
from canonpose.network_files import versions
from canonpose.training.randomness import ORDER, generator_for, seeded_weights

MIN_DEVIATION = 1e-6
"""A coordinate that varies less, as the root's, does not vary but by rounding."""


@dataclass(frozen=True)
class SupervisedProgress:
    """How far a training is, after each epoch."""

    epoch: int
    epochs: int
    loss: float
    """Mean squared error of the epoch, in standard deviations of the labels."""
    samples_per_second: float


def train_supervised(
    views: Sequence[LabelledView],
    config: MartinezConfig | None = None,
    *,
    units: str = "m",
    device: str = "auto",
    progress: Callable[[SupervisedProgress], None] | None = None,
) -> SupervisedLifter:
    """Train the lifter of Martinez et al. on single views with 3D labels.

    As in the original the labels are in the camera's frame, root-relative and standardised, the
    loss is the squared error, and 200 epochs of batches of 64 are the default. Joints without a
    label are left out of the loss.

    Parameters
    ----------
    views : sequence of LabelledView
        See `labelled_views`.
    config : MartinezConfig, optional
        The original's without one.
    units : {"m", "body_height"}
        What a label's metre is: "body_height" for labels of arbitrary scale, in which a body
        height is written as 1000 mm.
    device : str
        "auto", "cpu", "cuda", ...
    progress : callable, optional
        Called after each epoch.

    Raises
    ------
    InputError
        If no frame is labelled, views do not fit each other, or the loss diverges.
    """
    config = config or MartinezConfig()
    where = choose_device(device)
    poses = labelled_poses(views).to(where)
    skeleton = views[0].keypoints.skeleton
    started = time.monotonic()
    with seeded_weights(config.seed, where):
        network = MartinezLifter(len(skeleton), config)
        network.to(where)
        _standardise(network, poses)
        loss = _descend(network, poses, config, progress, started)
    network.eval()
    provenance = {
        **versions(),
        "samples": len(poses),
        "labelled_share": round(float(poses.valid.float().mean()), 4),
        "loss": loss,
        "seconds": round(time.monotonic() - started, 1),
        "sources": sorted({view.keypoints.source for view in views}),
    }
    return SupervisedLifter(network, skeleton, units, provenance)


def masked_loss(
    predicted: Float[Tensor, "batch joint 3"],
    labels: Float[Tensor, "batch joint 3"],
    valid: Bool[Tensor, "batch joint"],
) -> Float[Tensor, ""]:
    """Mean squared error over the coordinates of the joints that have a label."""
    squares = torch.where(valid[..., None], (predicted - labels).square(), 0.0)
    return squares.sum() / (3 * valid.sum()).clamp(min=1)


def _standardise(network: MartinezLifter, poses: LabelledPoses) -> None:
    """Give the network the mean and deviation of each coordinate, over what is there."""
    for name, values, there in (
        ("input", poses.positions, poses.scores > 0),
        ("output", poses.labels, poses.valid),
    ):
        mean, deviation = _mean_and_deviation(values, there)
        getattr(network, f"{name}_mean").copy_(mean)
        getattr(network, f"{name}_deviation").copy_(deviation)


def _mean_and_deviation(
    values: Float[Tensor, "sample joint space"], there: Bool[Tensor, "sample joint"]
) -> tuple[Float[Tensor, "joint space"], Float[Tensor, "joint space"]]:
    count = there.sum(0).clamp(min=1)[:, None]
    mean = torch.where(there[..., None], values, 0.0).sum(0) / count
    squares = torch.where(there[..., None], (values - mean).square(), 0.0).sum(0) / count
    deviation = squares.sqrt()
    return mean, torch.where(deviation > MIN_DEVIATION, deviation, 0.0)


def _descend(
    network: MartinezLifter,
    poses: LabelledPoses,
    config: MartinezConfig,
    progress: Callable[[SupervisedProgress], None] | None,
    started: float,
) -> float:
    """Run all epochs; returns the mean loss of the last."""
    optimiser = torch.optim.Adam(network.parameters(), lr=config.learning_rate, fused=True)
    batch = min(config.batch, len(poses))
    # Batch normalisation cannot do with a remainder of one, so each epoch leaves its last few out.
    steps = len(poses) // batch
    schedule = torch.optim.lr_scheduler.ExponentialLR(
        optimiser, config.decay ** (1 / (steps * config.epochs))
    )
    network.train()
    mean_loss = math.nan
    for epoch in range(config.epochs):
        order = torch.randperm(len(poses), generator=generator_for(config.seed, ORDER, epoch))
        total = torch.zeros((), device=poses.labels.device)
        for chosen in order[: steps * batch].to(poses.labels.device).split(batch):
            predicted = network(poses.positions[chosen], poses.scores[chosen])
            loss = masked_loss(
                network.standardised(predicted),
                network.standardised(poses.labels[chosen]),
                poses.valid[chosen],
            )
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            network.limit_weights_()
            schedule.step()
            total += loss.detach()
        mean_loss = float(total) / steps
        if not math.isfinite(mean_loss):
            raise InputError(
                f"the loss of the supervised training is {mean_loss} in epoch {epoch + 1}; lower "
                f"the learning rate."
            )
        if progress is not None:
            rate = (epoch + 1) * steps * batch / max(time.monotonic() - started, 1e-9)
            progress(SupervisedProgress(epoch + 1, config.epochs, mean_loss, rate))
    return mean_loss
