"""Train a lifter on a capture, with checkpoints, a log and the mirror resolved."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from canonpose.datamodel import Capture
from canonpose.device import choose_device
from canonpose.lifter.trained import TrainedLifter
from canonpose.training.config import PRESETS, TrainingConfig, default_preset
from canonpose.training.data import training_data
from canonpose.training.distributed import ALONE, Processes
from canonpose.training.doubts import warn_of_footage
from canonpose.training.finish import finished, identity_of, resolved
from canonpose.training.session import Progress, Session
from canonpose.training.start import start_of
from canonpose.training.store import Store
from canonpose.training.trainer import Trainer
from canonpose.training.view_angles import warn_of_weak_geometry

ENOUGH_SAMPLES = 65536
"""As many, evenly from all, decide what a training asks of its footage as a whole: who wins the
chirality vote, how far cameras look apart, how large shared joints are."""


def train(
    footage: Capture | Store,
    run: str | Path | None = None,
    config: TrainingConfig | None = None,
    *,
    resume: bool = False,
    overwrite: bool = False,
    device: str = "auto",
    memory: float | None = None,
    processes: Processes = ALONE,
    progress: Callable[[Progress], None] | None = None,
) -> TrainedLifter:
    """Train a lifter on uncalibrated footage, without any annotation.

    Afterwards anatomy decides whether the training ended in the mirrored world, and the network is
    un-mirrored if it did.

    Parameters
    ----------
    footage : Capture or Store
        From `canonpose.read_capture` or `canonpose.open_store`.
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
    memory : float, optional
        Gigabytes of the device that the samples of a store may take up; half of what is free
        unless given. Where they need more they stay on disk.
    processes : Processes
        Those that train together, each given the same arguments, from
        `canonpose.training.distributed.joined`; this one alone unless given. The first one writes.
    progress : callable, optional
        Called after each epoch.

    Raises
    ------
    InputError
        If the footage, the run's folder, the device or the lifter to start from cannot be used, or
        the losses diverge.
    KeyboardInterrupt
        If stopped by Ctrl-C or SIGTERM; with ``run``, a checkpoint has been written.
    """
    folder = None if run is None else Path(run)
    config = config or PRESETS[default_preset(footage.static_cameras)]
    where = choose_device(device, processes.place)
    data = training_data(footage, where, memory, check_files=processes.place == 0)
    processes.check_alike(
        data.fingerprint, "the processes do not see the same footage; give all of them the same."
    )
    skeleton = data.skeleton
    warn_of_footage(data)
    start = start_of(config, skeleton)
    # What is known of the cameras from the start need not grow.
    settings = config if start is None else replace(config, camera_growth=0.0)
    trainer = Trainer(data.samples, skeleton, settings, data.static_cameras, where, processes)
    if start is not None:
        start.into_(trainer.network, skeleton, data.some(ENOUGH_SAMPLES), config.seed)
    started_from = None if start is None else start.facts(skeleton)
    session = Session(trainer, folder, identity_of(data, config, started_from), progress)
    session.prepare(resume, overwrite)
    session.run()
    made = resolved(trainer, data, data.some(ENOUGH_SAMPLES))
    warn_of_weak_geometry(made.angles)
    return finished(session, data, made)
