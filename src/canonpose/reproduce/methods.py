"""How a row is trained: our method, or a baseline."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from canonpose import training
from canonpose.baselines import (
    MartinezConfig,
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
from canonpose.lifter import load_lifter
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
    if (folder / CARD).is_file():
        lifter = load_lifter(folder)
    else:
        lifter = training.train(
            row.dataset(dataset).capture(),
            folder,
            replace(row.config(config), seed=seed),
            resume=(folder / CHECKPOINT).is_file(),
            device=device,
            progress=lambda now: _tell(progress, now.epoch, now.epochs, now.losses["total"]),
        )
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
    if (folder / SUPERVISED_CARD).is_file():
        lifter = load_supervised(folder)
    else:

        def report(now: SupervisedProgress) -> None:
            _tell(progress, now.epoch, now.epochs, now.loss)

        if row.method == "epipolar":
            lifter = train_epipolar(seen.capture(), config, device=device, progress=report)
        else:
            views = labelled_views(seen.training, seen.cameras)
            lifter = train_supervised(views, config, device=device, progress=report)
        save_supervised(lifter, folder)
    return partial(lifter.lift, device=device), {
        "margin": None,
        "mirrored_before_fix": None,
        "samples": len(seen.capture()),
        "seconds": float(lifter.provenance["seconds"]),
    }


def _tell(
    progress: Callable[[Progress], None] | None, epoch: int, epochs: int, loss: float
) -> None:
    if progress is not None:
        progress(Progress(epoch, epochs, f"loss {loss:.4f}"))
