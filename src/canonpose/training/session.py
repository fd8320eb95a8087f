"""One process's part of a training: its steps, log and checkpoints."""

import math
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from canonpose.errors import InputError
from canonpose.lifter.trained import CARD
from canonpose.processor import processor_used_well
from canonpose.training.agreement import Agreement
from canonpose.training.checkpoint import (
    CHECKPOINT,
    Checkpoint,
    check_identity,
    load_checkpoint,
    save_checkpoint,
)
from canonpose.training.interrupt import deferred_interrupts
from canonpose.training.log import append_record, start_log
from canonpose.training.overwriting import remove_what_held_for_it
from canonpose.training.trainer import Trainer

CHECKPOINT_SECONDS = 30.0
"""A killed training loses at most this much; a stopped one loses nothing."""


@dataclass(frozen=True)
class Progress:
    """How far a training is, after each epoch."""

    epoch: int
    epochs: int
    losses: dict[str, float]
    samples_per_second: float


class Session:
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
        self.processes = trainer.processes
        self.sums = torch.zeros(len(trainer.terms), device=trainer.device)
        self.seconds = 0.0

    def prepare(self, resume: bool, overwrite: bool) -> None:
        """Take up the checkpoint, or make sure that nothing is overwritten by accident."""
        if self.folder is None:
            return
        folder = self.folder
        checkpoint = self.processes.from_first(lambda: self._begin(folder, resume, overwrite))
        if checkpoint is not None:
            self.trainer.restore(dict(checkpoint.tensors), checkpoint.step)
            if self.processes.first:  # sums of all, in one
                self.sums += torch.tensor(checkpoint.loss_sums, device=self.trainer.device)
            self.seconds = checkpoint.seconds

    def _begin(self, folder: Path, resume: bool, overwrite: bool) -> Checkpoint | None:
        """Make the folder ready, and read the checkpoint that is to be taken up."""
        checkpoint = load_checkpoint(folder) if resume or not overwrite else None
        if checkpoint is not None and resume:
            check_identity(checkpoint, self.identity, folder)
        elif checkpoint is not None:
            raise InputError(
                f"{folder}: holds an unfinished training; go on with --resume, start anew "
                f"with --overwrite, or choose another folder."
            )
        elif (folder / CARD).exists() and not overwrite:
            raise InputError(
                f"{folder}: holds a finished training; start anew with --overwrite, or "
                f"choose another folder."
            )
        else:
            with suppress(OSError):  # a folder that is none is refused when the log is started
                (folder / CHECKPOINT).unlink()
            if overwrite:
                remove_what_held_for_it(folder)
        start_log(folder, 0 if checkpoint is None else checkpoint.step)
        return checkpoint

    def run(self) -> None:
        """Take all steps that are left."""
        trainer = self.trainer
        agreement = Agreement(self.processes)
        last_checkpoint = started = time.monotonic()
        before = self.seconds
        with deferred_interrupts() as interruption, processor_used_well():
            while trainer.step < trainer.steps:
                self.sums += torch.stack(trainer.advance())
                ended = trainer.step % trainer.steps_per_epoch == 0
                # The one place that waits for a GPU.
                sums = self.processes.total(self.sums).tolist() if ended else []
                self.seconds = before + time.monotonic() - started
                if ended:
                    self._end_epoch(sums)
                due = time.monotonic() - last_checkpoint > CHECKPOINT_SECONDS
                stop, save = agreement.reached(interruption.requested, due)
                if stop:
                    self._checkpoint()
                    raise KeyboardInterrupt
                if save:
                    self._checkpoint()
                    last_checkpoint = time.monotonic()

    def _end_epoch(self, sums: list[float]) -> None:
        trainer = self.trainer
        means = [total / trainer.steps_per_epoch for total in sums]
        self.sums.zero_()
        losses = dict(zip(trainer.terms, means, strict=True))
        if not all(map(math.isfinite, means)):
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
        if self.folder is not None and self.processes.first:
            append_record(self.folder, record)
        if self.progress is not None and self.processes.first:
            self.progress(Progress(trainer.epoch, trainer.epochs, losses, rate))

    def _checkpoint(self) -> None:
        if self.folder is None:
            return
        sums = self.processes.total(self.sums).tolist()
        if self.processes.first:
            state, step = self.trainer.state(), self.trainer.step
            save_checkpoint(Checkpoint(state, step, sums, self.seconds, self.identity), self.folder)
