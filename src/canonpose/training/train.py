"""Train a lifter on a capture, with checkpoints, a log and the mirror resolved."""

import platform
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from canonpose.chirality import ChiralityVote, resolve_chirality
from canonpose.config_tables import to_table
from canonpose.datamodel import Capture
from canonpose.device import choose_device
from canonpose.errors import InputWarning
from canonpose.lifter.trained import TrainedLifter, save_lifter
from canonpose.synchronisation.check import check_synchronisation
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.config import PRESETS, TrainingConfig, default_preset
from canonpose.training.log import plot_curves
from canonpose.training.samples import samples_of
from canonpose.training.session import Progress, Session
from canonpose.training.start import start_of
from canonpose.training.trainer import Trainer
from canonpose.training.view_angles import view_angles, warn_of_weak_geometry

FEW_SAMPLES = 50
"""Fewer bring a warning."""


def train(
    capture: Capture,
    run: str | Path | None = None,
    config: TrainingConfig | None = None,
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
    config : TrainingConfig, optional
        One of `canonpose.training.PRESETS`, or your own; ``fast`` where the cameras are said to
        stand still and ``moving`` where not, unless given.
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
    config = config or PRESETS[default_preset(capture.static_cameras)]
    where = choose_device(device)
    samples = samples_of(capture).to(where)
    static = bool(capture.static_cameras)
    _warn_of_little_footage(capture, len(samples))
    for doubt in check_synchronisation(capture):
        warnings.warn(str(doubt), InputWarning, stacklevel=2)
    trainer = Trainer(samples, capture.skeleton, config, static, where)
    start = start_of(config, capture.skeleton)
    if start is not None:
        start.into_(trainer.network, capture.skeleton, samples, config.seed)
    identity = {
        "training": to_table(config),
        "static_cameras": static,
        "cameras": list(capture.cameras),
        "skeleton": list(capture.skeleton.joints),
        "data": samples.fingerprint(),
        "started_from": None if start is None else start.facts(capture.skeleton),
    }
    session = Session(trainer, folder, identity, progress)
    session.prepare(resume, overwrite)
    session.run()
    ballot = resolve_chirality(
        trainer.network,
        samples.positions.flatten(0, 1),
        samples.scores.flatten(0, 1),
        capture.skeleton,
    )
    trainer.network.eval()
    angles = view_angles(trainer.network, samples, capture.cameras)
    warn_of_weak_geometry(angles)
    provenance = provenance_of(capture, trainer, ballot, angles, session.seconds, identity)
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


def provenance_of(
    capture: Capture,
    trainer: Trainer,
    ballot: ChiralityVote,
    angles: dict[tuple[str, str], float],
    seconds: float,
    identity: dict[str, Any],
) -> dict[str, Any]:
    """For the card: footage, versions, times, the vote and the views, of a finished training."""
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
        "started_from": identity["started_from"],
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
