"""The state of an unfinished training on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as save_tensors

from canonpose.errors import InputError
from canonpose.files import write_whole

CHECKPOINT = "checkpoint.safetensors"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """Everything that the next step depends on."""

    tensors: Mapping[str, torch.Tensor]
    step: int
    loss_sums: list[float]
    """Sums of the loss terms over the steps of the unfinished epoch."""
    seconds: float
    """How long the training has run."""
    identity: Mapping[str, Any]
    """Settings and data of the training; a checkpoint of another training is refused."""


def save_checkpoint(checkpoint: Checkpoint, run: Path) -> None:
    """Write the checkpoint into a run's folder, in place of the last one.

    Raises
    ------
    InputError
        If the disk is full or the folder cannot be written to; the last checkpoint stays.
    """
    tensors = {name: value.contiguous().cpu() for name, value in checkpoint.tensors.items()}
    facts = {
        "step": checkpoint.step,
        "loss_sums": checkpoint.loss_sums,
        "seconds": checkpoint.seconds,
        "identity": dict(checkpoint.identity),
    }
    write_whole(run / CHECKPOINT, save_tensors(tensors, metadata={"canonpose": json.dumps(facts)}))


def load_checkpoint(run: Path) -> Checkpoint | None:
    """Read a run's checkpoint; None if it has none.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = run / CHECKPOINT
    if not path.exists():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            facts = json.loads(file.metadata()["canonpose"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return Checkpoint(tensors=tensors, **facts)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{path}: is damaged ({error}); remove it and train without --resume."
        ) from error


def check_identity(checkpoint: Checkpoint, identity: Mapping[str, Any], run: Path) -> None:
    """Refuse to go on with other settings or data than a checkpoint was made with.

    Raises
    ------
    InputError
        Naming the first difference.
    """
    flat, flat_now = _flattened(checkpoint.identity), _flattened(identity)
    for name in sorted(flat.keys() | flat_now.keys()):
        if flat.get(name) != flat_now.get(name):
            raise InputError(
                f"{run / CHECKPOINT}: was made with another {name} ({flat.get(name)!r}, now "
                f"{flat_now.get(name)!r}); resume with what it was made with, or train into "
                f"another folder."
            )


def _flattened(table: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            flat |= _flattened(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value
    return flat
