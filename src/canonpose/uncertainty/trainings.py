"""Lifters like another one, on other footage."""

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from canonpose.config_tables import from_table
from canonpose.datamodel import Capture
from canonpose.errors import InputWarning
from canonpose.lifter.trained import TrainedLifter
from canonpose.refining import RefineConfig, refine
from canonpose.refining.stages import FIRST_STAGE
from canonpose.solving import Solved
from canonpose.training import train
from canonpose.training.config import PRESETS, TrainingConfig, default_preset
from canonpose.training.ready import ready_lifter
from canonpose.training.session import Progress


def trained_alike(
    lifter: TrainedLifter,
    capture: Capture,
    solved: Solved,
    *,
    steps: int = 0,
    device: str = "auto",
    progress: Callable[[Progress], None] | None = None,
) -> TrainedLifter:
    """Train a lifter on a part of the footage as another was trained on all of it.

    Parameters
    ----------
    lifter : TrainedLifter
        Whose settings are taken; refined if it was.
    capture : Capture
        The part.
    solved : Solved
        All of it in 3D, for refining.
    steps : int
        So many batches of each stage; as many as for the other if 0.
    device : str
    progress : callable, optional
        Called after each epoch.
    """
    config = training_of(lifter, capture, steps)
    with warnings.catch_warnings():
        # Of cameras, synchronisation and the vote: said when the lifter itself was trained.
        warnings.simplefilter("ignore", InputWarning)
        refined = lifter.provenance.get("refined")
        at_once = refined is not None and not _trained_first(lifter)
        ready = ready_lifter(capture, config) if at_once else None
        alike = (
            ready[0] if ready else train(capture, None, config, device=device, progress=progress)
        )
        if not isinstance(refined, dict):
            return alike
        settings = from_table(RefineConfig, refined["settings"])
        if steps:
            settings = replace(settings, epochs=1, min_steps=steps)
        return refine(
            capture,
            alike,
            None,
            settings,
            solved=solved,
            known=None if ready is None else ready[0],
            training=config,
            device=device,
            progress=progress,
        )


def _trained_first(student: TrainedLifter) -> bool:
    """Whether a self-supervised stage was before it."""
    start = student.provenance.get("started_from") or {}
    return start.get("lifter") == FIRST_STAGE


def training_of(lifter: TrainedLifter, capture: Capture, steps: int) -> TrainingConfig:
    """The settings that a lifter was trained with, else the default ones, of so many steps."""
    config = PRESETS[default_preset(capture.static_cameras)]
    if lifter.training:
        with suppress(TypeError, ValueError):  # of another version
            config = from_table(TrainingConfig, lifter.training)
    config = replace(config, lifter=lifter.network.config)
    return replace(config, epochs=1, min_steps=steps) if steps else config
