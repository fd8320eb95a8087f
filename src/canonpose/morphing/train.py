"""Learn a morphing from pairs of detected and true keypoints of held-back subjects."""

import math
import platform
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import torch
from torch import Tensor

from canonpose.config_tables import to_table
from canonpose.device import choose_device
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.morphing.augmentation import varied
from canonpose.morphing.config import MORPHING_PRESETS, MorphingConfig
from canonpose.morphing.network import MorphingNetwork
from canonpose.morphing.objective import distances, morphing_loss
from canonpose.morphing.samples import MorphingSamples, Pair, name_of, samples_of
from canonpose.morphing.trained import TrainedMorphing
from canonpose.network_files import versions
from canonpose.training.randomness import ORDER, generator_for, seeded_weights
from canonpose.training.session import Progress

MILESTONES = (0.4, 0.8, 0.95)
"""Shares of the training after which the step schedule divides by 10 (epochs 40, 80, 95 of 100)."""


def train_morphing(
    pairs: Sequence[Pair],
    config: MorphingConfig = MORPHING_PRESETS["fast"],
    *,
    device: str = "auto",
    progress: Callable[[Progress], None] | None = None,
) -> TrainedMorphing:
    """Learn a morphing from detections to true 2D joints, by supervision.

    The pairs should come from subjects whom no other step trains on, so that what the lifter sees
    stays free of annotations (section 4.2).

    Parameters
    ----------
    pairs : sequence of (detected, true) keypoints
        Each of one person, by one camera, in the same frames; all detected ones of one skeleton,
        all true ones of one, which may be another.
    config : MorphingConfig
        One of `MORPHING_PRESETS`, or your own.
    device : str
        "auto", "cpu", "cuda", ...
    progress : callable, optional
        Called after each epoch.

    Raises
    ------
    InputError
        If the pairs do not fit each other, have nothing in common, or the loss diverges.
    """
    started = time.monotonic()
    where = choose_device(device)
    samples = samples_of(pairs).to(where)
    source, target = pairs[0][0].skeleton, pairs[0][1].skeleton
    with seeded_weights(config.seed):
        network = MorphingNetwork(source, target, config.network).to(where)
    samples = _comparable(network, samples, pairs)
    _fit(network, samples, config, progress, started)
    network.eval()
    provenance: dict[str, Any] = {
        **versions(),
        "machine": f"{platform.system()} {platform.machine()}, {where}",
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "detected": [name_of(detected) for detected, _ in pairs],
        "true": [name_of(true) for _, true in pairs],
        "poses": len(samples),
        "seconds": round(time.monotonic() - started, 1),
    }
    return TrainedMorphing(network, to_table(config), provenance)


@torch.no_grad()
def _comparable(
    network: MorphingNetwork, samples: MorphingSamples, pairs: Sequence[Pair]
) -> MorphingSamples:
    """The samples in which detection and truth have joints in common."""
    names = f"{name_of(pairs[0][0])} and {name_of(pairs[0][1])}"
    common = (_distances(network, samples)[1] > 0).any(-1)
    if not common.any():
        raise InputError(
            f"{names}: no joint of skeleton {network.target.name!r} but its root is known in "
            f"frames where it is detected; check that they belong together."
        )
    detected = network.target.detected
    known = (samples.truth_scores > 0).any(0)[: len(detected)]
    lost = ~(known | network.convertible)
    if lost.any():
        joints = [joint for joint, gone in zip(detected, lost.tolist(), strict=True) if gone]
        raise InputError(
            f"{names}: {short_list(joints)} of skeleton {network.target.name!r} can neither be "
            f"learned, as the truth never tells, nor be converted from skeleton "
            f"{network.source.name!r}; leave them out of the true keypoints' layout."
        )
    return samples.at(common)


def _distances(network: MorphingNetwork, samples: MorphingSamples) -> tuple[Tensor, Tensor]:
    positions, scores = network.morphed(samples.positions, samples.scores)
    root = network.target.root_index
    return distances(positions, scores, samples.truth, samples.truth_scores, root)


def _fit(
    network: MorphingNetwork,
    samples: MorphingSamples,
    config: MorphingConfig,
    progress: Callable[[Progress], None] | None,
    started: float,
) -> None:
    batch = min(config.batch, len(samples))
    steps_per_epoch = -(-len(samples) // batch)
    epochs = max(config.epochs, -(-config.min_steps // steps_per_epoch))
    optimiser = torch.optim.Adam(
        network.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    for epoch in range(epochs):
        order = torch.randperm(
            len(samples), generator=generator_for(config.seed, ORDER, epoch)
        ).split(batch)
        losses = []
        for place, chosen in enumerate(order):
            step = epoch * steps_per_epoch + place
            for group in optimiser.param_groups:
                group["lr"] = learning_rate_at(config, step / (epochs * steps_per_epoch))
            views = varied(samples, chosen, network, config, step)
            apart, weights = _distances(network, views)
            if not config.weigh_by_confidence:
                weights = (weights > 0).to(weights)
            loss = morphing_loss(apart, weights, config.loss)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.detach())
        mean = torch.stack(losses).mean().item()
        if not math.isfinite(mean):
            raise InputError(
                f"the loss of the morphing is no longer finite in epoch {epoch + 1}; lower the "
                f"learning rate ({config.learning_rate:g})."
            )
        if progress is not None:
            rate = len(samples) * (epoch + 1) / max(time.monotonic() - started, 1e-9)
            progress(Progress(epoch + 1, epochs, {"total": mean}, rate))


def learning_rate_at(config: MorphingConfig, share: float) -> float:
    """The learning rate after some share (0..1) of the training."""
    if config.schedule == "steps":
        return float(config.learning_rate * 0.1 ** sum(share >= stone for stone in MILESTONES))
    return config.learning_rate * 0.5 * (1 + math.cos(math.pi * share))
