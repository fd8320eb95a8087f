"""How a row is trained: our method, or a baseline."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from canonpose import training
from canonpose.baselines import (
    MartinezConfig,
    SupervisedLifter,
    labelled_views,
    load_supervised,
    save_supervised,
    train_epipolar,
    train_supervised,
)
from canonpose.baselines.trained import CARD as SUPERVISED_CARD
from canonpose.datasets import Dataset
from canonpose.inference import lift
from canonpose.lifter import TrainedLifter, load_lifter
from canonpose.lifter.trained import CARD
from canonpose.reproduce.rows import Row
from canonpose.reproduce.scoring import Lift
from canonpose.training import TrainingConfig
from canonpose.training.checkpoint import CHECKPOINT

SUPERVISED_EPOCHS = 40
"""Of the baselines. The original has 200 on a larger set; a few tens reach its plateau here."""


@dataclass(frozen=True)
class Progress:
    """How far a row's training is."""

    done: int
    total: int
    words: str


def trained(
    row: Row,
    dataset: Dataset,
    config: TrainingConfig,
    seed: int,
    folder: Path,
    device: str,
    progress: Callable[[Progress], None] | None,
) -> tuple[Lift, dict[str, Any]]:
    """A row's lifter, from its folder where it was trained before, and facts on the training."""
    seen = row.dataset(dataset)
    if row.method == "canonpose":
        chosen = replace(row.config(config), seed=seed)
        lifter = _canonpose(seen, chosen, folder, device, progress)
        return partial(lift, lifter=lifter, device=device), _facts(lifter)
    baseline = _baseline(row, seen, config, seed, folder, device)
    facts = {
        "margin": None,
        "mirrored_before_fix": None,
        "samples": len(seen.capture()),
        "seconds": float(baseline.provenance.get("seconds", 0.0)),
    }
    return baseline.lift, facts


def _canonpose(
    dataset: Dataset,
    config: TrainingConfig,
    folder: Path,
    device: str,
    progress: Callable[[Progress], None] | None,
) -> TrainedLifter:
    if (folder / CARD).is_file():
        return load_lifter(folder)

    def report(state: training.Progress) -> None:
        if progress is not None:
            words = f"loss {state.losses['total']:.4f}"
            progress(Progress(state.epoch, state.epochs, words))

    return training.train(
        dataset.capture(),
        folder,
        config,
        resume=(folder / CHECKPOINT).is_file(),
        device=device,
        progress=report,
    )


def _baseline(
    row: Row, dataset: Dataset, config: TrainingConfig, seed: int, folder: Path, device: str
) -> SupervisedLifter:
    if (folder / SUPERVISED_CARD).is_file():
        return load_supervised(folder)
    settings = MartinezConfig(width=config.lifter.width, epochs=SUPERVISED_EPOCHS, seed=seed)
    if row.method == "epipolar":
        lifter = train_epipolar(dataset.capture(), settings, device=device)
    else:
        views = labelled_views(dataset.training, dataset.cameras)
        lifter = train_supervised(views, settings, device=device)
    save_supervised(lifter, folder)
    return lifter


def _facts(lifter: TrainedLifter) -> dict[str, Any]:
    facts = lifter.provenance
    return {
        "margin": facts["chirality"]["margin"],
        "mirrored_before_fix": facts["chirality"]["mirrored_before_fix"],
        "samples": facts["samples"],
        "seconds": facts["seconds"],
    }
