"""Train a lifter on a capture, with checkpoints, a log and the mirror resolved."""

import platform
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from canonpose.chirality import ChiralityVote, resolve_chirality
from canonpose.config_tables import to_table
from canonpose.datamodel import Capture
from canonpose.device import choose_device
from canonpose.errors import InputError, InputWarning
from canonpose.lifter.trained import CARD, TrainedLifter, save_lifter
from canonpose.training.checkpoint import (
    CHECKPOINT,
    Checkpoint,
    check_identity,
    load_checkpoint,
    save_checkpoint,
)
from canonpose.training.config import PRESETS, TrainingConfig
from canonpose.training.interrupt import deferred_interrupts
from canonpose.training.log import TERMS, append_record, plot_curves, start_log
from canonpose.training.samples import samples_of
from canonpose.training.trainer import Trainer
from canonpose.training.view_angles import view_angles, warn_of_weak_geometry

CHECKPOINT_SECONDS = 30.0
"""A killed training loses at most this much; a stopped one loses nothing."""
FEW_SAMPLES = 50
"""Fewer bring a warning."""


@dataclass(frozen=True)
class Progress:
    """How far a training is, after each epoch."""

    epoch: int
    epochs: int
    losses: dict[str, float]
    samples_per_second: float


def train(
    capture: Capture,
    run: str | Path | None = None,
    config: TrainingConfig = PRESETS["fast"],
    *,
    resume: bool = False,
    overwrite: bool = False,
    device: str = "auto",
    progress: Callable[[Progress], None] | None = None,
) -> TrainedLifter:
    """Train a lifter on uncalibrated footage, without any annotation.

    Afterwards anatomy decides whether the training ended in the mirrored world, and the network is
    un-mirrored if it did.

    Parameters
    ----------
    capture : Capture
    run : path, optional
        Folder for weights, card, log, curves and checkpoints; without it nothing is written.
    config : TrainingConfig
        One of `canonpose.training.PRESETS`, or your own.
    resume : bool
        Go on from the checkpoint in ``run``, to the weights of an uninterrupted training.
    overwrite : bool
        Train anew even if ``run`` holds a trained lifter or a checkpoint.
    device : str
        "auto", "cpu", "cuda", ...
    progress : callable, optional
        Called after each epoch.

    Raises
    ------
    InputError
        If the capture, the run's folder or the device cannot be used, or the losses diverge.
    KeyboardInterrupt
        If stopped by Ctrl-C or SIGTERM; with ``run``, a checkpoint has been written.
    """
    folder = None if run is None else Path(run)
    samples = samples_of(capture)
    static = bool(capture.static_cameras)
    _warn_of_little_footage(capture, len(samples))
    trainer = Trainer(samples, capture.skeleton, config, static, choose_device(device))
    identity = {
        "training": to_table(config),
        "static_cameras": static,
        "cameras": list(capture.cameras),
        "skeleton": list(capture.skeleton.joints),
        "data": samples.fingerprint(),
    }
    session = _Session(trainer, folder, identity, progress)
    session.prepare(resume, overwrite)
    session.run()
    ballot = resolve_chirality(
        trainer.network,
        trainer.samples.positions.flatten(0, 1),
        trainer.samples.scores.flatten(0, 1),
        capture.skeleton,
    )
    trainer.network.eval()
    angles = view_angles(trainer.network, trainer.samples, capture.cameras)
    warn_of_weak_geometry(angles)
    provenance = _provenance(capture, trainer, ballot, angles, session.seconds, identity)
    lifter = TrainedLifter(trainer.network, capture.skeleton, to_table(config), provenance)
    if folder is not None:
        plot_curves(folder)
        save_lifter(lifter, folder)
        (folder / CHECKPOINT).unlink(missing_ok=True)
    return lifter


def _warn_of_little_footage(capture: Capture, samples: int) -> None:
    if len(capture.cameras) == 2:
        warnings.warn(
            "two cameras: results are noticeably better with three or four, and two opposite "
            "cameras show no depth at all.",
            InputWarning,
            stacklevel=3,
        )
    if samples < FEW_SAMPLES:
        warnings.warn(
            f"only {samples} moments are seen by two or more cameras; the lifter will know these "
            f"poses and hardly any other, so film more.",
            InputWarning,
            stacklevel=3,
        )


class _Session:
    """One process's part of a training: steps, log and checkpoints."""

    def __init__(
        self,
        trainer: Trainer,
        folder: Path | None,
        identity: dict[str, Any],
        progress: Callable[[Progress], None] | None,
    ):
        self.trainer = trainer
        self.folder = folder
        self.identity = identity
        self.progress = progress
        self.sums = torch.zeros(len(TERMS), device=trainer.device)
        self.seconds = 0.0

    def prepare(self, resume: bool, overwrite: bool) -> None:
        """Take up the checkpoint, or make sure that nothing is overwritten by accident."""
        if self.folder is None:
            return
        checkpoint = load_checkpoint(self.folder) if resume or not overwrite else None
        if checkpoint is not None and resume:
            check_identity(checkpoint, self.identity, self.folder)
            self.trainer.restore(dict(checkpoint.tensors), checkpoint.step)
            self.sums += torch.tensor(checkpoint.loss_sums, device=self.trainer.device)
            self.seconds = checkpoint.seconds
        elif checkpoint is not None:
            raise InputError(
                f"{self.folder}: holds an unfinished training; go on with --resume, start anew "
                f"with --overwrite, or choose another folder."
            )
        elif (self.folder / CARD).exists() and not overwrite:
            raise InputError(
                f"{self.folder}: holds a finished training; start anew with --overwrite, or "
                f"choose another folder."
            )
        else:
            (self.folder / CHECKPOINT).unlink(missing_ok=True)
        start_log(self.folder, self.trainer.step)

    def run(self) -> None:
        """Take all steps that are left."""
        trainer = self.trainer
        last_checkpoint = started = time.monotonic()
        before = self.seconds
        with deferred_interrupts() as interruption:
            while trainer.step < trainer.steps:
                self.sums += torch.stack(trainer.advance())
                self.seconds = before + time.monotonic() - started
                if trainer.step % trainer.steps_per_epoch == 0:
                    self._end_epoch()
                if interruption.requested:
                    self._checkpoint()
                    raise KeyboardInterrupt
                if time.monotonic() - last_checkpoint > CHECKPOINT_SECONDS:
                    self._checkpoint()
                    last_checkpoint = time.monotonic()

    def _end_epoch(self) -> None:
        trainer = self.trainer
        means = (self.sums / trainer.steps_per_epoch).tolist()
        self.sums.zero_()
        losses = dict(zip(TERMS, means, strict=True))
        if not all(map(torch.isfinite, torch.tensor(means))):
            raise InputError(
                f"the losses are no longer finite in epoch {trainer.epoch}; lower the learning "
                f"rate ({trainer.config.learning_rate:g})."
            )
        rate = len(trainer.samples) * trainer.epoch / self.seconds
        record = {
            "epoch": trainer.epoch,
            "step": trainer.step,
            **losses,
            "learning_rate": trainer.learning_rate,
            "samples_per_second": round(rate, 1),
            "seconds": round(self.seconds, 3),
        }
        if self.folder is not None:
            append_record(self.folder, record)
        if self.progress is not None:
            self.progress(Progress(trainer.epoch, trainer.epochs, losses, rate))

    def _checkpoint(self) -> None:
        if self.folder is not None:
            state, step = self.trainer.state(), self.trainer.step
            sums = self.sums.tolist()
            save_checkpoint(Checkpoint(state, step, sums, self.seconds, self.identity), self.folder)


def _provenance(
    capture: Capture,
    trainer: Trainer,
    ballot: ChiralityVote,
    angles: dict[tuple[str, str], float],
    seconds: float,
    identity: dict[str, Any],
) -> dict[str, Any]:
    return {
        "canonpose": version("canonpose"),
        "torch": torch.__version__,
        "machine": f"{platform.system()} {platform.machine()}, {trainer.device}",
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "captures": list(capture.sources),
        "takes": [take.name for take in capture.takes],
        "cameras": list(capture.cameras),
        "static_cameras": identity["static_cameras"],
        "samples": len(trainer.samples),
        "data": identity["data"],
        "epochs": trainer.epochs,
        "steps": trainer.steps,
        "seconds": round(seconds, 1),
        "samples_per_second": round(len(trainer.samples) * trainer.epochs / seconds, 1),
        "chirality": {
            "mirrored_before_fix": ballot.mirrored,
            "margin": ballot.margin,
            "margins": ballot.margins,
            "poses": ballot.frames,
        },
        "view_angles": {" ".join(pair): round(angle, 1) for pair, angle in angles.items()},
        "notes": list(capture.notes),
    }
