"""The files of a trained network: weights as safetensors, and a JSON card with their hash."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors

from canonpose.errors import InputError
from canonpose.files import write_whole


@runtime_checkable
class Trained(Protocol):
    """A network with what is needed to use it."""

    @property
    def network(self) -> torch.nn.Module:
        """What the weights are of."""

    def to_card(self) -> dict[str, Any]:
        """What the card says of it, in plain values."""


AnyTrained = TypeVar("AnyTrained", bound=Trained)


@dataclass(frozen=True)
class NetworkFiles(Generic[AnyTrained]):
    """How one kind of trained network is kept in a folder."""

    from_card: Callable[[dict[str, Any]], AnyTrained]
    """What a card describes, with any weights. May raise what a card with missing or wrong entries
    leads to: AttributeError, KeyError, TypeError, ValueError."""
    name: str
    """Of both files, without their endings."""
    kind: str
    """In words, for messages, and with hyphens in the card: "supervised lifter"."""
    version: int
    made_by: str
    """What writes such a folder: "canonpose train -o"."""

    @property
    def weights(self) -> str:
        """The name of the file of weights."""
        return f"{self.name}.safetensors"

    @property
    def card(self) -> str:
        """The name of the card."""
        return f"{self.name}.json"

    @property
    def format(self) -> str:
        """What the card says that it is."""
        return f"canonpose-{self.kind.replace(' ', '-')}"

    def save(self, trained: AnyTrained, folder: str | Path, *, lifter: str | None = None) -> None:
        """Write both files; the card names the hash of the weights.

        The card is written last, so that it stands for a whole pair.

        Parameters
        ----------
        trained : AnyTrained
        folder : path
        lifter : str, optional
            Hash of the weights of the lifter beside it, if it is of no use over another.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        folder, network = Path(folder), trained.network
        state = {name: value.contiguous().cpu() for name, value in network.state_dict().items()}
        weights = save_tensors(state)
        card = {
            "format": self.format,
            "format_version": self.version,
            "weights": {"file": self.weights, "sha256": sha256(weights).hexdigest()},
            **({} if lifter is None else {"lifter": lifter}),
            **trained.to_card(),
        }
        write_whole(folder / self.weights, weights)
        write_whole(folder / self.card, json.dumps(card, indent=2) + "\n")

    def load(self, folder: str | Path) -> AnyTrained:
        """What `save` wrote, ready to be used.

        Raises
        ------
        InputError
            If the folder holds no such network, a foreign or a damaged one.
        """
        folder = Path(folder)
        card = self.card_of(folder)
        try:
            trained = self.from_card(card)
            expected = str(card["weights"]["sha256"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise _damaged(folder / self.card, error) from error
        trained.network.load_state_dict(self._read_weights(folder, expected, trained.network))
        trained.network.eval()
        return trained

    def load_over(self, folder: str | Path, lifter: str) -> AnyTrained | None:
        """What `save` wrote beside a lifter of these weights, by their hash.

        None where there is none, or one of other weights, about which it would say nothing.

        Raises
        ------
        InputError
            If its files are damaged.
        """
        folder = Path(folder)
        if not (folder / self.card).is_file() or self.card_of(folder).get("lifter") != lifter:
            return None
        return self.load(folder)

    def weights_hash(self, folder: str | Path) -> str:
        """The hash of the weights, as the card has it.

        Raises
        ------
        InputError
            If there is no card, or it is foreign or damaged.
        """
        try:
            return str(self.card_of(folder)["weights"]["sha256"])
        except (KeyError, TypeError) as error:
            raise _damaged(Path(folder) / self.card, error) from error

    def card_of(self, folder: str | Path) -> dict[str, Any]:
        """The card alone.

        Raises
        ------
        InputError
            If there is none, or it is foreign or damaged.
        """
        path = Path(folder) / self.card
        if not path.is_file():
            raise InputError(
                f"{folder}: holds no trained {self.kind} ({self.card} is missing); give the "
                f"folder that `{self.made_by}` wrote."
            )
        try:
            card = json.loads(path.read_text("utf-8"))
        except OSError as error:
            raise _unreadable(path, error) from error
        except ValueError as error:
            raise _damaged(path, error) from error
        if not isinstance(card, dict) or card.get("format") != self.format:
            raise InputError(
                f"{path}: is not a canonpose {self.kind}; give the folder that `{self.made_by}` "
                f"wrote."
            )
        if card.get("format_version") != self.version:
            raise InputError(
                f"{path}: was written by another version of canonpose (format "
                f"{card.get('format_version')!r}, this one reads {self.version}); update canonpose."
            )
        return card

    def _read_weights(
        self, folder: Path, expected: str, network: torch.nn.Module
    ) -> dict[str, torch.Tensor]:
        """Of a network of this shape, with this hash."""
        path = folder / self.weights
        try:
            content = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error) from error
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
        return state


def versions() -> dict[str, str]:
    """What trains a network, for its card."""
    return {"canonpose": version("canonpose"), "torch": torch.__version__}


def _unreadable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"{path}: cannot be read ({error.strerror}); train again or restore the file."
    )


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: is damaged ({error}); train again or restore the file.")
