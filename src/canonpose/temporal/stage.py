"""The last stage of a training: a temporal lifter beside the lifter in a run's folder."""

import warnings
from collections.abc import Callable
from pathlib import Path

from canonpose.datamodel import Capture
from canonpose.errors import InputError, InputWarning
from canonpose.lifter.temporal.choice import own_temporal
from canonpose.lifter.temporal.trained import TrainedTemporal, save_temporal
from canonpose.lifter.trained import CARD, FILES, TrainedLifter, load_lifter
from canonpose.solving import solve
from canonpose.temporal.config import TemporalTraining
from canonpose.temporal.train import TemporalProgress, train_temporal
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.samples import samples_of


def lifter_to_go_on_with(run: str | Path, capture: Capture) -> TrainedLifter | None:
    """The finished lifter in a run's folder that still lacks its temporal lifter; None if neither.

    Parameters
    ----------
    run : path
    capture : Capture
        That it was trained on.

    Raises
    ------
    InputError
        If it was trained on other footage.
    """
    run = Path(run)
    unfinished = (run / CHECKPOINT).exists() or not (run / CARD).exists()
    if unfinished or own_temporal(run) is not None:
        return None
    lifter = load_lifter(run)
    if lifter.provenance.get("data") != samples_of(capture).fingerprint():
        raise InputError(
            f"{run}: was trained on other footage; give the capture and cameras of that training, "
            f"or start anew with --overwrite."
        )
    return lifter


def train_over_time(
    capture: Capture,
    lifter: TrainedLifter,
    run: str | Path,
    config: TemporalTraining | None = None,
    *,
    device: str = "auto",
    progress: Callable[[TemporalProgress], None] | None = None,
    say: Callable[[str], None] = lambda sentence: None,
) -> TrainedTemporal | None:
    """Solve the footage, train a temporal lifter on that, and write it beside the lifter.

    Footage that cannot be solved gives none, with a warning that says why.

    Parameters
    ----------
    capture : Capture
    lifter : TrainedLifter
        In the run's folder; it is not changed.
    run : path
        Its folder.
    config : TemporalTraining, optional
    device, progress
        As in `train_temporal`.
    say : callable, optional
        Told what is solved, in a few words each.

    Raises
    ------
    InputError
        As `train_temporal` does.

    Warns
    -----
    InputWarning
        If the footage cannot be solved.
    """
    try:
        solved = solve(capture, lifter, device=device, say=say)
    except InputError as error:
        warnings.warn(
            f"there is no temporal lifter, and every frame is lifted by itself: {error}",
            InputWarning,
            stacklevel=2,
        )
        return None
    temporal = train_temporal(solved, capture, lifter, config, device=device, progress=progress)
    save_temporal(temporal, run, FILES.weights_hash(run))
    return temporal
