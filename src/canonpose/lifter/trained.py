"""A trained lifter: network, skeleton and card, as files without pickle."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from canonpose.config_tables import from_table, to_table
from canonpose.errors import InputError
from canonpose.files import write_whole
from canonpose.lifter.network import Lifter, LifterConfig
from canonpose.skeleton import Skeleton

WEIGHTS = "lifter.safetensors"
CARD = "lifter.json"
FORMAT = "canonpose-lifter"
FORMAT_VERSION = 1


@dataclass(frozen=True, eq=False)
class TrainedLifter:
    """A lifting network with what is needed to use it and to know where it comes from."""

    network: Lifter
    skeleton: Skeleton
    training: Mapping[str, Any] = field(default_factory=dict)
    """The training's configuration, as a table."""
    provenance: Mapping[str, Any] = field(default_factory=dict)
    """Footage, chirality vote, versions, times."""

    def to(self, device: torch.device) -> "TrainedLifter":
        """The same, with its network moved to a device."""
        self.network.to(device)
        return self


def save_lifter(lifter: TrainedLifter, folder: str | Path) -> None:
    """Write ``lifter.safetensors`` and ``lifter.json`` into a folder.

    The card names the hash of the weights, so that files that do not belong together are found.

    Raises
    ------
    InputError
        If the folder cannot be written to.
    """
    state = {name: value.contiguous().cpu() for name, value in lifter.network.state_dict().items()}
    weights = save_tensors(state)
    card = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "weights": {"file": WEIGHTS, "sha256": sha256(weights).hexdigest()},
        "lifter": to_table(lifter.network.config),
        "skeleton": lifter.skeleton.to_dict(),
        "training": dict(lifter.training),
        "provenance": dict(lifter.provenance),
    }
    write_whole(Path(folder) / WEIGHTS, weights)
    write_whole(Path(folder) / CARD, json.dumps(card, indent=2) + "\n")


def load_lifter(folder: str | Path) -> TrainedLifter:
    """Read a trained lifter from the folder that `canonpose.train` wrote.

    Raises
    ------
    InputError
        If the folder holds no trained lifter, a foreign or a damaged one.
    """
    folder = Path(folder)
    card = _read_card(folder)
    try:
        skeleton = Skeleton.from_dict(card["skeleton"])
        network = Lifter(len(skeleton), from_table(LifterConfig, card["lifter"]))
        expected = str(card["weights"]["sha256"])
        training, provenance = dict(card["training"]), dict(card["provenance"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{folder / CARD}: is damaged ({error}); train again or restore the file."
        ) from error
    network.load_state_dict(_read_weights(folder / WEIGHTS, expected, network))
    network.eval()
    return TrainedLifter(network, skeleton, training, provenance)


def _read_card(folder: Path) -> dict[str, Any]:
    path = folder / CARD
    if not path.is_file():
        raise InputError(
            f"{folder}: holds no trained lifter ({CARD} is missing); "
            f"give the folder that `canonpose train -o` wrote."
        )
    try:
        card = json.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(
            f"{path}: cannot be read ({error}); train again or restore the file."
        ) from error
    if not isinstance(card, dict) or card.get("format") != FORMAT:
        raise InputError(f"{path}: is not a canonpose lifter; give a folder of `canonpose train`.")
    if card.get("format_version") != FORMAT_VERSION:
        raise InputError(
            f"{path}: was written by another version of canonpose (format "
            f"{card.get('format_version')!r}, this one reads {FORMAT_VERSION}); update canonpose."
        )
    return card


def _read_weights(path: Path, expected: str, network: Lifter) -> dict[str, torch.Tensor]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read ({error.strerror}); train again or restore the file."
        ) from error
    if sha256(content).hexdigest() != expected:
        raise InputError(
            f"{path}: is damaged or belongs to another {CARD} (its hash differs); "
            f"train again or restore both files."
        )
    try:
        state = load_tensors(content)
    except SafetensorError as error:
        raise InputError(f"{path}: is not a safetensors file ({error}); train again.") from error
    shapes = {name: value.shape for name, value in network.state_dict().items()}
    if {name: value.shape for name, value in state.items()} != shapes:
        raise InputError(f"{path}: holds another network than {CARD} describes; train again.")
    return state
