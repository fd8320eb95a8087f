"""Train a temporal lifter on solved footage, over a lifter that is kept as it is."""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from canonpose.config_tables import to_table
from canonpose.datamodel import Capture
from canonpose.device import choose_device
from canonpose.errors import InputError
from canonpose.lifter.temporal.network import TemporalLifter
from canonpose.lifter.temporal.trained import TrainedTemporal
from canonpose.lifter.temporal.windows import LiftedFrames
from canonpose.lifter.trained import TrainedLifter
from canonpose.network_files import versions
from canonpose.solving.solved import Solved
from canonpose.temporal.config import TemporalTraining
from canonpose.temporal.footage import LabelledFrames, rounds_of
from canonpose.temporal.objective import acceleration_loss, position_loss
from canonpose.training.randomness import ORDER, generator_for, seeded_weights

NEIGHBOURS = torch.tensor([-1, 0, 1])
"""The frames of which an acceleration is made."""


@dataclass(frozen=True)
class TemporalProgress:
    """How far a training is, after each round."""

    round: int
    rounds: int
    position: float
    """Mean error of the round, in body heights."""


def train_temporal(
    solved: Solved,
    capture: Capture,
    lifter: TrainedLifter,
    config: TemporalTraining | None = None,
    *,
    device: str = "auto",
    progress: Callable[[TemporalProgress], None] | None = None,
) -> TrainedTemporal:
    """Train a temporal lifter on footage whose 3D was solved; no annotation is used.

    The solved motion is filmed by virtual cameras, detected with a real detector's noise and lifted
    by ``lifter``; the temporal lifter learns to bring windows of that back to the solved poses.

    Parameters
    ----------
    solved : Solved
        Of `canonpose.solve`.
    capture : Capture
        That was solved.
    lifter : TrainedLifter
        Of the same joints. It is not changed.
    config : TemporalTraining, optional
    device : str
        "auto", "cpu", "cuda", ...
    progress : callable, optional
        Called after each round.

    Raises
    ------
    InputError
        If joints differ, no take is long enough, or the loss diverges.
    """
    config = config or TemporalTraining()
    _check(solved, lifter)
    started = time.monotonic()
    where = choose_device(device)
    with seeded_weights(config.seed):
        network = TemporalLifter(len(lifter.skeleton), config.shape).to(where)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    error = math.nan
    for number, footage in enumerate(rounds_of(solved, capture, lifter, config)):
        error = _one_round(network, optimiser, footage, config, number, where)
        if not math.isfinite(error):
            raise InputError(
                f"the loss of the temporal training is {error} in round {number + 1}; lower its "
                f"learning rate."
            )
        if progress is not None:
            progress(TemporalProgress(number + 1, config.rounds, error))
    network.eval()
    provenance = {
        **versions(),
        "settings": to_table(config),
        "takes": [take.name for take in solved.takes],
        "fps": sorted({take.fps for take in solved.takes if take.fps}),
        "error_body_heights": round(error, 5),
        "seconds": round(time.monotonic() - started, 1),
    }
    return TrainedTemporal(network, lifter.skeleton, provenance)


def _check(solved: Solved, lifter: TrainedLifter) -> None:
    if solved.skeleton.joints != lifter.skeleton.joints:
        raise InputError(
            "the solved footage has other joints than the lifter; solve it with this lifter."
        )
    if max(map(len, (take.positions for take in solved.takes))) < len(NEIGHBOURS):
        raise InputError(
            "no take is longer than two frames, which show no motion; film longer takes, or leave "
            "the temporal lifter out."
        )


def _one_round(
    network: TemporalLifter,
    optimiser: torch.optim.Optimizer,
    footage: LabelledFrames,
    config: TemporalTraining,
    number: int,
    device: torch.device,
) -> float:
    """All moments of a round once; returns their mean error in position."""
    generator = generator_for(config.seed, ORDER, number)
    batches = list(_batches(footage.frames, config.batch, generator))
    total = torch.zeros((), device=device)
    for step, frames in enumerate(batches):
        done = (number + (step + 0.5) / len(batches)) / config.rounds
        for group in optimiser.param_groups:
            group["lr"] = config.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
        causal = float(torch.rand((), generator=generator)) < config.causal_share
        future = 0 if causal else config.shape.past
        windows = footage.frames.windows(frames, config.shape.past, future)
        poses = network(*(part.to(device) for part in windows))
        labels, weights = footage.labels[frames].to(device), footage.weights[frames].to(device)
        position = position_loss(poses, labels, weights)
        loss = position + config.weight_acceleration * acceleration_loss(poses, labels, weights)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        total += position.detach()
    return float(total) / max(len(batches), 1)


def _batches(frames: LiftedFrames, batch: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Three neighbouring frames of one recording each, [moment, 3], in random order."""
    middle = torch.arange(1, len(frames) - 1)
    same = frames.recording[middle - 1] == frames.recording[middle + 1]
    usable = (frames.usable[middle[:, None] + NEIGHBOURS]).all(-1)
    chosen = middle[same & usable]
    order = chosen[torch.randperm(len(chosen), generator=generator)]
    for part in order.split(batch):
        yield part[:, None] + NEIGHBOURS
