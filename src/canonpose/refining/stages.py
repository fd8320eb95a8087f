"""A training that ends in a student: refined on its footage, solved in 3D."""

import shutil
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from canonpose.datamodel import Capture
from canonpose.errors import InputError, InputWarning
from canonpose.lifter.trained import CARD, TrainedLifter, load_lifter, save_lifter
from canonpose.refining.config import RefineConfig
from canonpose.refining.rounds import STUDENT, Rounds, Unsolved, checked_lifter
from canonpose.training import train
from canonpose.training.checkpoint import CHECKPOINT, load_checkpoint
from canonpose.training.config import PRESETS, TrainingConfig, default_preset
from canonpose.training.overwriting import remove_what_held_for_it
from canonpose.training.ready import ready_lifter
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
    """Train a lifter without any annotation: solve the footage in 3D, and refine it on that.

    A lifter that training starts from (``config.start_from``) solves the footage as it is, and
    what it knows of other movements is kept (``refining.weight_kept``). From
    random weights, or where that one cannot, a lifter is trained self-supervised first. Where
    cameras move, what is solved depends on the lifter; so it is solved again with the student and,
    unless that changes nothing, refined again. Footage that cannot be solved gives the
    self-supervised lifter, with a warning that says why.

    Parameters
    ----------
    capture : Capture
    run : path, optional
        Folder for the student; the lifter of a self-supervised stage is in its folder
        ``self-supervised``.
    config : TrainingConfig, optional
        Of the self-supervised stage and losses, as in `canonpose.train`.
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
        _make_sure_it_is_free(folder, resume, overwrite)
    config = config or PRESETS[default_preset(capture.static_cameras)]
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
    trained_first = folder is not None and (folder / FIRST_STAGE).exists()
    ready = None if trained_first else ready_lifter(capture, config)
    if ready is not None:
        try:
            return rounds.run(*ready, known=ready[0])
        except Unsolved as error:
            say(f"{ready[1]}, as it is, does not solve this footage: {error} Training on it first.")
    first = _first_stage(capture, folder, config, resume, overwrite, device, progress)
    try:
        return rounds.run(first, FIRST_STAGE)
    except Unsolved as error:
        return _unrefined(first, folder, str(error))


def holds_student(run: Path) -> bool:
    """Whether a folder holds a training of a student, finished or not.

    Of damaged files it is not known; whoever goes on with them will say so.
    """
    if _stages_in(run):
        return True
    with suppress(InputError):
        if (checkpoint := load_checkpoint(run)) is not None:
            return "refining" in checkpoint.identity
        return "refined" in load_lifter(run).provenance
    return False


def _stages_in(run: Path) -> list[Path]:
    """Folders of the lifters before the last."""
    return [*run.glob(FIRST_STAGE), *run.glob(f"{STUDENT}-*")]


def _make_sure_it_is_free(folder: Path, resume: bool, overwrite: bool) -> None:
    """Refuse to write where another training is, before anything takes time."""
    if overwrite:
        # Else a training that is stopped and resumed would find these finished.
        with suppress(OSError):
            (folder / CARD).unlink()
        remove_what_held_for_it(folder)
        for old in _stages_in(folder):
            shutil.rmtree(old)
    elif (folder / CARD).exists():
        raise InputError(
            f"{folder}: holds a finished training; start anew with --overwrite, or choose another "
            f"folder."
        )
    elif not resume and (_stages_in(folder) or (folder / CHECKPOINT).exists()):
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


def _unrefined(lifter: TrainedLifter, folder: Path | None, reason: str) -> TrainedLifter:
    """The self-supervised lifter in the student's place; its card says why."""
    warnings.warn(
        f"the lifter is not refined, but self-supervised: {reason}", InputWarning, stacklevel=3
    )
    kept = replace(lifter, provenance={**lifter.provenance, "not_refined": reason})
    if folder is not None:
        save_lifter(kept, folder)
    return kept
