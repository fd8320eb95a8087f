"""A training in two stages: self-supervised, then refined on the solved footage."""

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from canonpose.config_tables import from_table
from canonpose.datamodel import Capture
from canonpose.errors import InputError, InputWarning
from canonpose.lifter.trained import CARD, TrainedLifter, load_lifter, save_lifter
from canonpose.refining.config import RefineConfig
from canonpose.refining.refine import refine
from canonpose.solving import solve
from canonpose.training import train
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.config import PRESETS, TrainingConfig, default_preset
from canonpose.training.samples import samples_of
from canonpose.training.session import Progress

FIRST_STAGE = "self-supervised"
"""Folder, in the run's, of the lifter that the student starts from."""
SECOND_STAGE = "refining"


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

    Footage that cannot be solved gives the self-supervised lifter, with a warning that says why.

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
    if not capture.static_cameras:
        reason = "only cameras that stand still are refined from so far; say so if they do."
        return _unrefined(first, folder, reason)
    try:
        solved = solve(capture, first, device=device, say=say)
    except InputError as error:
        return _unrefined(first, folder, str(error))
    return refine(
        capture,
        first,
        folder,
        refining,
        solved=solved,
        training=config,
        name=FIRST_STAGE,
        resume=resume and folder is not None and (folder / CHECKPOINT).exists(),
        overwrite=overwrite,
        device=device,
        progress=lambda one: progress(SECOND_STAGE, one),
    )


def _check_free(folder: Path, resume: bool, overwrite: bool) -> None:
    """Make sure before the first stage that the second may write here."""
    if overwrite:
        # Else a training that is stopped and resumed would find this one finished.
        with suppress(OSError):
            (folder / CARD).unlink()
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
        lifter = load_lifter(inner)
        _check_same(lifter, capture, config, inner)
        return lifter
    return train(
        capture,
        inner,
        config,
        resume=resume and unfinished,
        overwrite=overwrite,
        device=device,
        progress=lambda one: progress(FIRST_STAGE, one),
    )


def _check_same(
    lifter: TrainedLifter, capture: Capture, config: TrainingConfig, folder: Path
) -> None:
    """Refuse to refine what was trained on other footage, or otherwise."""
    other = [
        what
        for what, differs in (
            ("settings", from_table(TrainingConfig, lifter.training) != config),
            ("footage", lifter.provenance.get("data") != samples_of(capture).fingerprint()),
        )
        if differs
    ]
    if other:
        raise InputError(
            f"{folder}: was trained with other {' and '.join(other)}; resume with what it was "
            f"trained with, or start anew with --overwrite."
        )


def _unrefined(lifter: TrainedLifter, folder: Path | None, reason: str) -> TrainedLifter:
    """The self-supervised lifter in the student's place; its card says why."""
    warnings.warn(
        f"the lifter is not refined, but self-supervised: {reason}", InputWarning, stacklevel=3
    )
    kept = replace(lifter, provenance={**lifter.provenance, "not_refined": reason})
    if folder is not None:
        save_lifter(kept, folder)
    return kept
