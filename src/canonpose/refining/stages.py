"""A training in two stages: self-supervised, then refined on the solved footage."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.lifter.trained import CARD, TrainedLifter
from canonpose.refining.config import RefineConfig
from canonpose.refining.rounds import STUDENT, Rounds, checked_lifter
from canonpose.training import train
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.config import PRESETS, TrainingConfig, default_preset
from canonpose.training.session import Progress

FIRST_STAGE = "self-supervised"
"""Folder, in the run's, of the lifter that the student starts from."""


def train_refined(
    capture: Capture,
    run: str | Path | None = None,
    config: TrainingConfig | None = None,
    refining: RefineConfig | None = None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    device: str = "auto",
    progress: Callable[[str, Progress], None] = lambda stage, progress: None,
    say: Callable[[str], None] = lambda sentence: None,
) -> TrainedLifter:
    """Train a lifter without any annotation, solve the footage with it, and refine it on that.

    Where cameras move, what is solved depends on the lifter; so it is solved again with the student
    and, unless that changes nothing, refined again. Footage that cannot be solved gives the
    self-supervised lifter, with a warning that says why.

    Parameters
    ----------
    capture : Capture
    run : path, optional
        Folder for the student; the first stage's lifter is in its folder ``self-supervised``.
    config : TrainingConfig, optional
        Of the self-supervised stage, as in `canonpose.train`.
    refining : RefineConfig, optional
    resume : bool
        Go on in the stage that was interrupted.
    overwrite, device
        As in `canonpose.train`.
    progress : callable, optional
        Called after each epoch with the stage's name.
    say : callable, optional
        Told what is solved, in a few words each.

    Raises
    ------
    InputError, KeyboardInterrupt
        As `canonpose.train` does.

    Warns
    -----
    InputWarning
        If the footage cannot be solved.
    """
    folder = None if run is None else Path(run)
    if folder is not None:
        _check_free(folder, resume, overwrite)
    config = config or PRESETS[default_preset(capture.static_cameras)]
    first = _first_stage(capture, folder, config, resume, overwrite, device, progress)
    rounds = Rounds(
        capture,
        folder,
        config,
        refining or RefineConfig(),
        resume=resume,
        overwrite=overwrite,
        device=device,
        progress=progress,
        say=say,
    )
    return rounds.run(first, FIRST_STAGE)


def _check_free(folder: Path, resume: bool, overwrite: bool) -> None:
    """Make sure before the first stage that the second may write here."""
    if overwrite:
        # Else a training that is stopped and resumed would find this one finished.
        with suppress(OSError):
            (folder / CARD).unlink()
        for old in folder.glob(f"{STUDENT}-*"):
            shutil.rmtree(old)
    elif (folder / CARD).exists():
        raise InputError(
            f"{folder}: holds a finished training; start anew with --overwrite, or choose another "
            f"folder."
        )
    elif (folder / FIRST_STAGE).exists() and not resume:
        raise InputError(
            f"{folder}: holds an unfinished training; go on with --resume, start anew with "
            f"--overwrite, or choose another folder."
        )


def _first_stage(
    capture: Capture,
    folder: Path | None,
    config: TrainingConfig,
    resume: bool,
    overwrite: bool,
    device: str,
    progress: Callable[[str, Progress], None],
) -> TrainedLifter:
    """The self-supervised lifter, of an earlier run where this one goes on with it."""
    inner = None if folder is None else folder / FIRST_STAGE
    unfinished = inner is not None and (inner / CHECKPOINT).exists()
    if resume and inner is not None and (inner / CARD).exists() and not unfinished:
        return checked_lifter(inner, capture, config)
    return train(
        capture,
        inner,
        config,
        resume=resume and unfinished,
        overwrite=overwrite,
        device=device,
        progress=lambda one: progress(FIRST_STAGE, one),
    )
