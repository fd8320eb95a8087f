"""After the last step: the mirror is resolved, and the lifter gets its card and its files."""

import platform
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from canonpose.chirality import ChiralityVote, resolve_chirality
from canonpose.config_tables import to_table
from canonpose.lifter.trained import TrainedLifter, save_lifter
from canonpose.network_files import versions
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.config import TrainingConfig
from canonpose.training.data import TrainingData
from canonpose.training.log import plot_curves
from canonpose.training.samples import Samples
from canonpose.training.session import Session
from canonpose.training.trainer import Trainer
from canonpose.training.view_angles import view_angles


class Resolved(NamedTuple):
    """What a finished network makes of its footage, in the real world."""

    ballot: ChiralityVote
    """As cast before the network was un-mirrored."""
    angles: dict[tuple[str, str], float]
    """Between every two cameras, in degrees."""


def identity_of(
    data: TrainingData, config: TrainingConfig, started_from: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What a training is of and how it is done: no checkpoint of another is gone on with."""
    return {
        "training": to_table(config),
        "static_cameras": data.static_cameras,
        "cameras": list(data.cameras),
        "skeleton": list(data.skeleton.joints),
        "data": data.fingerprint,
        "started_from": started_from,
    }


def resolved(trainer: Trainer, data: TrainingData, samples: Samples) -> Resolved:
    """Un-mirror the network if these samples of its data say so, and make it ready to be used."""
    ballot = resolve_chirality(
        trainer.network,
        samples.positions.flatten(0, 1),
        samples.scores.flatten(0, 1),
        data.skeleton,
        static_cameras=data.static_cameras,
    )
    trainer.network.eval()
    return Resolved(ballot, view_angles(trainer.network, samples, data.cameras))


def finished(session: Session, data: TrainingData, made: Resolved, **more: Any) -> TrainedLifter:
    """The trained lifter, with its card; written into the session's folder, if there is one.

    Parameters
    ----------
    session : Session
        Whose steps are all taken.
    data : TrainingData
    made : Resolved
    more
        Further facts for the card's provenance.
    """
    trainer, folder = session.trainer, session.folder
    lifter = TrainedLifter(
        trainer.network,
        data.skeleton,
        session.identity["training"],
        _provenance(session, data, made) | more,
    )
    if folder is not None and session.processes.first:
        plot_curves(folder, trainer.terms)
        save_lifter(lifter, folder)
        (folder / CHECKPOINT).unlink(missing_ok=True)
    return lifter


def _provenance(session: Session, data: TrainingData, made: Resolved) -> dict[str, Any]:
    """Footage, versions, times, the vote and the views."""
    trainer, ballot = session.trainer, made.ballot
    return {
        **versions(),
        "machine": f"{platform.system()} {platform.machine()}, {trainer.device}",
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "captures": list(data.sources),
        "takes": list(data.takes),
        "cameras": list(data.cameras),
        "static_cameras": data.static_cameras,
        "samples": len(trainer.samples),
        "data": data.fingerprint,
        "started_from": session.identity["started_from"],
        "precision": trainer.precision,
        "epochs": trainer.epochs,
        "steps": trainer.steps,
        "seconds": round(session.seconds, 1),
        "samples_per_second": round(len(trainer.samples) * trainer.epochs / session.seconds, 1),
        "chirality": {
            "mirrored_before_fix": ballot.mirrored,
            "margin": ballot.margin,
            "margins": ballot.margins,
            "poses": ballot.frames,
        },
        "view_angles": {" ".join(pair): round(angle, 1) for pair, angle in made.angles.items()},
        "notes": list(data.notes),
    }
