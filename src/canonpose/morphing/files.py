"""The files of a trained network: weights as safetensors, and a JSON card with their hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from canonpose.errors import InputError
from canonpose.files import write_whole


@dataclass(frozen=True)
class NetworkFiles:
    """How one kind of trained network is kept in a folder."""

    kind: str
    """In words, for messages: "morphing"."""
    version: int
    made_by: str
    """The command that writes such a folder."""

    @property
    def weights(self) -> str:
        """The name of the file of weights."""
        return f"{self.kind}.safetensors"

    @property
    def card(self) -> str:
        """The name of the card."""
        return f"{self.kind}.json"

    @property
    def format(self) -> str:
        """What the card says that it is."""
        return f"canonpose-{self.kind}"

    def write(self, folder: Path, network: torch.nn.Module, facts: Mapping[str, Any]) -> None:
        """Write both files; the card names the hash of the weights.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        state = {name: value.contiguous().cpu() for name, value in network.state_dict().items()}
        weights = save_tensors(state)
        card = {
            "format": self.format,
            "format_version": self.version,
            "weights": {"file": self.weights, "sha256": sha256(weights).hexdigest()},
            **facts,
        }
        write_whole(folder / self.weights, weights)
        write_whole(folder / self.card, json.dumps(card, indent=2) + "\n")

    def read_card(self, folder: Path) -> dict[str, Any]:
        """The card of a folder.

        Raises
        ------
        InputError
            If there is none, or it is damaged, foreign, or of another version.
        """
        path = folder / self.card
        if not path.is_file():
            raise InputError(
                f"{folder}: holds no trained {self.kind} ({self.card} is missing); give the "
                f"folder that `{self.made_by} -o` wrote."
            )
        try:
            card = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise InputError(
                f"{path}: cannot be read ({error}); train again or restore the file."
            ) from error
        if not isinstance(card, dict) or card.get("format") != self.format:
            raise InputError(
                f"{path}: is not a canonpose {self.kind}; give a folder of `{self.made_by}`."
            )
        if card.get("format_version") != self.version:
            raise InputError(
                f"{path}: was written by another version of canonpose (format "
                f"{card.get('format_version')!r}, this one reads {self.version}); update canonpose."
            )
        return card

    def damaged_card(self, folder: Path, error: Exception) -> InputError:
        """The error to raise where the card's facts cannot be used."""
        return InputError(
            f"{folder / self.card}: is damaged ({error}); train again or restore the file."
        )

    def read_weights(self, folder: Path, expected: str, network: torch.nn.Module) -> None:
        """Fill a network with the weights of a folder, whose hash the card tells.

        Raises
        ------
        InputError
            If they are missing, damaged, or of another network.
        """
        path = folder / self.weights
        try:
            content = path.read_bytes()
        except OSError as error:
            raise InputError(
                f"{path}: cannot be read ({error.strerror}); train again or restore the file."
            ) from error
        if sha256(content).hexdigest() != expected:
            raise InputError(
                f"{path}: is damaged or belongs to another {self.card} (its hash differs); train "
                f"again or restore both files."
            )
        try:
            state = load_tensors(content)
        except SafetensorError as error:
            raise InputError(
                f"{path}: is not a safetensors file ({error}); train again."
            ) from error
        shapes = {name: value.shape for name, value in network.state_dict().items()}
        if {name: value.shape for name, value in state.items()} != shapes:
            raise InputError(
                f"{path}: holds another network than {self.card} describes; train again."
            )
        network.load_state_dict(state)
