"""Refine a trained lifter on its own footage, solved in 3D."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from canonpose.config_tables import to_table
from canonpose.datamodel import Capture
from canonpose.device import choose_device
from canonpose.errors import InputError
from canonpose.lifter.trained import TrainedLifter
from canonpose.refining.config import RefineConfig
from canonpose.refining.labels import SolvedLabels, solved_labels
from canonpose.refining.student import StudentTrainer
from canonpose.skeleton import Skeleton
from canonpose.solving import Solved, solve
from canonpose.training.config import PRESETS, TrainingConfig, default_preset
from canonpose.training.data import data_of
from canonpose.training.finish import finished, identity_of, resolved
from canonpose.training.session import Progress, Session
from canonpose.training.start import Start


def refine(
    capture: Capture,
    lifter: TrainedLifter,
    run: str | Path | None = None,
    config: RefineConfig | None = None,
    *,
    solved: Solved | None = None,
    known: TrainedLifter | None = None,
    training: TrainingConfig | None = None,
    name: str = "self-supervised",
    resume: bool = False,
    overwrite: bool = False,
    device: str = "auto",
    progress: Callable[[Progress], None] | None = None,
    say: Callable[[str], None] = lambda sentence: None,
) -> TrainedLifter:
    """Train a student: a single-view lifter on what all views of its footage say together.

    It starts from the lifter, and learns the solved poses of real views and of virtual ones beside
    the self-supervised losses. Afterwards anatomy votes as after every training.

    Parameters
    ----------
    capture : Capture
        That the lifter was trained on.
    lifter : TrainedLifter
        It is not changed.
    run : path, optional
        Folder for weights, card, log, curves and checkpoints; without it nothing is written.
    config : RefineConfig, optional
    solved : Solved, optional
        The capture in 3D; solved here with the lifter unless given.
    known : TrainedLifter, optional
        A lifter of the same joints that other footage taught, which the student is not to forget:
        what it says of bodies that move otherwise is learned beside the labels.
    training : TrainingConfig, optional
        Of the self-supervised losses; the default preset unless given.
    name : str
        What the card calls the lifter.
    resume, overwrite, device, progress
        As in `canonpose.train`.
    say : callable, optional
        Told what is solved, in a few words each.

    Raises
    ------
    InputError
        If the footage cannot be solved, the lifter has other joints, or as `canonpose.train` does.
    KeyboardInterrupt
        If stopped; with ``run``, a checkpoint has been written.
    """
    config = config or RefineConfig()
    for needed in (lifter, known):
        if needed is not None:
            _check_joints(needed, capture.skeleton)
    if solved is None:
        solved = solve(capture, lifter, device=device, say=say)
    labels = solved_labels(solved, capture)
    training = training or PRESETS[default_preset(capture.static_cameras)]
    training = replace(training, lifter=lifter.network.config)
    trainer = StudentTrainer(
        labels,
        capture.skeleton,
        lifter.network,
        training,
        config,
        bool(capture.static_cameras),
        choose_device(device),
        known,
    )
    data = data_of(capture, trainer.labels.samples)
    started_from, remembered = (
        None if one is None else Start(one, name).facts(capture.skeleton) for one in (lifter, known)
    )
    identity = {
        **identity_of(data, training, started_from),
        "refining": to_table(config),
        "known": remembered,
    }
    session = Session(trainer, None if run is None else Path(run), identity, progress)
    session.prepare(resume, overwrite)
    session.run()
    refined = {"settings": to_table(config), "known": remembered, **_facts(solved, labels)}
    made = resolved(trainer, data, trainer.labels.samples)
    return finished(session, data, made, refined=refined)


def _check_joints(lifter: TrainedLifter, skeleton: Skeleton) -> None:
    if lifter.skeleton.joints != skeleton.joints:
        raise InputError(
            f"the lifter has the joints {', '.join(lifter.skeleton.joints)} and the footage "
            f"{', '.join(skeleton.joints)}; refine a lifter that was trained on this footage."
        )


def _facts(solved: Solved, labels: SolvedLabels) -> dict[str, Any]:
    """What the labels are, for the card."""
    sigma = float(labels.sigma[labels.valid & (labels.sigma > 0)].median())
    return {
        "rigs": {rig.name: f"{rig.projection}, {rig.lens}" for rig in solved.rigs},
        "labelled_share": round(float(labels.valid.float().mean()), 4),
        "sigma": round(sigma, 5) if math.isfinite(sigma) else None,
        "units": labels.units,
    }
