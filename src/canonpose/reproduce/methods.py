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
    SupervisedProgress,
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
    """Our lifter for a row, from its folder where it was trained before, and facts on it."""
    chosen = replace(row.config(config), seed=seed)
    lifter = _canonpose(row.dataset(dataset), chosen, folder, device, progress)
    facts = lifter.provenance
    return partial(lift, lifter=lifter, device=device), {
        "margin": facts["chirality"]["margin"],
        "mirrored_before_fix": facts["chirality"]["mirrored_before_fix"],
        "samples": facts["samples"],
        "seconds": facts["seconds"],
    }


def trained_baseline(
    row: Row,
    dataset: Dataset,
    config: MartinezConfig,
    folder: Path,
    device: str,
    progress: Callable[[Progress], None] | None,
) -> tuple[Lift, dict[str, Any]]:
    """A baseline's lifter, likewise."""
    seen = row.dataset(dataset)
    lifter = _baseline(row, seen, config, folder, device, progress)
    return partial(lifter.lift, device=device), {
        "margin": None,
        "mirrored_before_fix": None,
        "samples": len(seen.capture()),
        "seconds": float(lifter.provenance["seconds"]),
    }


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
    row: Row,
    dataset: Dataset,
    config: MartinezConfig,
    folder: Path,
    device: str,
    progress: Callable[[Progress], None] | None,
) -> SupervisedLifter:
    if (folder / SUPERVISED_CARD).is_file():
        return load_supervised(folder)

    def report(state: SupervisedProgress) -> None:
        if progress is not None:
            progress(Progress(state.epoch, state.epochs, f"loss {state.loss:.4f}"))

    if row.method == "epipolar":
        lifter = train_epipolar(dataset.capture(), config, device=device, progress=report)
    else:
        views = labelled_views(dataset.training, dataset.cameras)
        lifter = train_supervised(views, config, device=device, progress=report)
    save_supervised(lifter, folder)
    return lifter
