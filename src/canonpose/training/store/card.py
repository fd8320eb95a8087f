"""The card of a store: everything about its samples but the samples."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from canonpose.errors import InputError
from canonpose.files import unreadable, write_whole
from canonpose.skeleton import Skeleton

CARD = "store.json"
FORMAT, VERSION = "canonpose-store", 1


@dataclass(frozen=True)
class StoredTake:
    """One take, whose samples follow those of the take before."""

    name: str
    rig: str
    samples: int


@dataclass(frozen=True)
class SampleFile:
    """One npy file, whose samples follow those of the file before."""

    file: str
    samples: int
    sha256: str


@dataclass(frozen=True)
class StoreCard:
    """What is in a store."""

    skeleton: Skeleton
    cameras: tuple[str, ...]
    """In the order of the view axis."""
    static_cameras: bool | None
    takes: tuple[StoredTake, ...]
    files: tuple[SampleFile, ...]
    sources: tuple[str, ...] = ()
    """The captures that it was packed from."""
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    """Cameras that seemed not to be synchronised."""

    def __len__(self) -> int:
        return sum(file.samples for file in self.files)

    @property
    def sample_shape(self) -> tuple[int, int, int]:
        """View, joint, and (x, y, score)."""
        return len(self.cameras), len(self.skeleton), 3

    def fingerprint(self) -> str:
        """A hash that changes when the data do."""
        data = [[file.samples, file.sha256] for file in self.files]
        rigs = [[take.rig, take.samples] for take in self.takes]
        return sha256(json.dumps([data, rigs]).encode()).hexdigest()


def write_card(card: StoreCard, store: Path) -> None:
    """Write ``store.json``, whole or not at all."""
    table = {
        "format": FORMAT,
        "format_version": VERSION,
        **{name: getattr(card, name) for name in ("cameras", "static_cameras")},
        "skeleton": card.skeleton.to_dict(),
        **{name: getattr(card, name) for name in ("sources", "notes", "doubts")},
        "files": [asdict(file) for file in card.files],
        "takes": [asdict(take) for take in card.takes],
    }
    write_whole(store / CARD, json.dumps(table, indent=1) + "\n")


def read_card(store: Path) -> StoreCard:
    """What `write_card` wrote.

    Raises
    ------
    InputError
        If it is missing, damaged, or of another version.
    """
    path = store / CARD
    try:
        table = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise _damaged(path, error) from error
    if not isinstance(table, Mapping) or table.get("format") != FORMAT:
        raise InputError(f"{path}: is no store of canonpose; give what `canonpose pack` wrote.")
    if table.get("format_version") != VERSION:
        raise InputError(
            f"{path}: was written by another version of canonpose (format "
            f"{table.get('format_version')!r}, this one reads {VERSION}); pack the footage again."
        )
    try:
        card = _described(table)
    except (KeyError, TypeError, ValueError) as error:  # InputError is a ValueError
        raise _damaged(path, error) from error
    if sum(take.samples for take in card.takes) != len(card) or not len(card):
        raise _damaged(path, ValueError("its takes and files do not hold equally many samples"))
    return card


def _described(table: Mapping[str, Any]) -> StoreCard:
    return StoreCard(
        skeleton=Skeleton.from_dict(table["skeleton"]),
        cameras=tuple(table["cameras"]),
        static_cameras=table["static_cameras"],
        takes=tuple(StoredTake(**take) for take in table["takes"]),
        files=tuple(SampleFile(**file) for file in table["files"]),
        sources=tuple(table["sources"]),
        notes=tuple(table["notes"]),
        doubts=tuple(table["doubts"]),
    )


def _damaged(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: is damaged ({error}); pack the footage again.")
