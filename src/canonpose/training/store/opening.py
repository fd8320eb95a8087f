"""One or more stores to what a training needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import file_digest
from pathlib import Path

import numpy as np
import torch

from canonpose.errors import InputError
from canonpose.files import unreadable
from canonpose.readers.files import natural_key
from canonpose.skeleton import Skeleton
from canonpose.training.store.card import CARD, StoreCard, read_card
from canonpose.training.store.mapped import MappedSamples, Part, mapped_file


def is_store(folder: str | Path) -> bool:
    """Whether a folder is what `canonpose pack` wrote."""
    return (Path(folder) / CARD).is_file()


@dataclass(frozen=True, eq=False)
class Store:
    """Packed footage of one or more folders, as one set of takes."""

    folders: tuple[Path, ...]
    cards: tuple[StoreCard, ...]
    static_cameras: bool | None

    @cached_property
    def cameras(self) -> tuple[str, ...]:
        """All cameras, in the order of the view axis; a take may lack some."""
        if len(self.cards) == 1:
            return self.cards[0].cameras
        return tuple(sorted({c for card in self.cards for c in card.cameras}, key=natural_key))

    @property
    def skeleton(self) -> Skeleton:
        """The skeleton of all of them."""
        return self.cards[0].skeleton

    def __len__(self) -> int:
        """How many samples there are."""
        return sum(map(len, self.cards))

    def mapped(self, device: torch.device) -> MappedSamples:
        """All samples, left where they are.

        Raises
        ------
        InputError
            If a file cannot be read or is cut off.
        """
        every = [self._rig_names(number) for number in range(len(self.cards))]
        rig_of = {rig: place for place, rig in enumerate(sorted({r for rs in every for r in rs}))}
        parts = []
        for folder, card, rigs in zip(self.folders, self.cards, every, strict=True):
            shape = card.sample_shape
            files = [mapped_file(folder / f.file, f.samples, shape) for f in card.files]
            views = [self.cameras.index(camera) for camera in card.cameras]
            numbers = np.array([rig_of[rig] for rig in rigs], dtype=np.int64)
            counts = np.array([take.samples for take in card.takes], dtype=np.int64)
            parts.append(Part(files, views, numbers, counts))
        return MappedSamples(parts, len(self.cameras), device)

    def check_files(self) -> None:
        """Read all samples once, and refuse them if they are not what was written.

        It also brings them into the system's memory, as far as they fit.

        Raises
        ------
        InputError
            Naming the first file that is damaged.
        """
        for folder, card in zip(self.folders, self.cards, strict=True):
            for stored in card.files:
                path = folder / stored.file
                try:
                    with path.open("rb") as file:
                        digest = file_digest(file, "sha256").hexdigest()
                except OSError as error:
                    raise unreadable(path, error) from error
                if digest != stored.sha256:
                    raise InputError(
                        f"{path}: is damaged (its hash is not that in {CARD}); copy the store or "
                        f"pack the footage again."
                    )

    def fingerprint(self) -> str:
        """What changes when the data do."""
        return " ".join(card.fingerprint() for card in self.cards)

    @property
    def takes(self) -> tuple[str, ...]:
        """The names of all takes, after the store's where there are several."""
        several = len(self.cards) > 1
        return tuple(
            f"{folder.name}/{take.name}" if several else take.name
            for folder, card in zip(self.folders, self.cards, strict=True)
            for take in card.takes
        )

    def _rig_names(self, number: int) -> list[str]:
        """Of the takes of one store; two stores have no rig in common."""
        return [f"{number}/{take.rig}" for take in self.cards[number].takes]


def open_store(
    stores: str | Path | Iterable[str | Path], *, static_cameras: bool | None = None
) -> Store:
    """Footage that `pack` wrote, to be trained on; no sample is read yet.

    Parameters
    ----------
    stores : path or paths
    static_cameras : bool, optional
        Whether the cameras stood still during each take; what the stores say unless given. True is
        refused where a store says that they move.

    Raises
    ------
    InputError
        If a store cannot be read, or they do not fit each other.
    """
    folders = [Path(stores)] if isinstance(stores, str | Path) else [Path(one) for one in stores]
    if not folders:
        raise InputError("no store is given; pass the folder of at least one.")
    cards = [read_card(folder) for folder in folders]
    for folder, card in zip(folders, cards, strict=True):
        if card.skeleton != cards[0].skeleton:
            raise InputError(
                f"{folder}: has the skeleton {card.skeleton.name!r}, but {folders[0]} has "
                f"{cards[0].skeleton.name!r}; pack both with one layout."
            )
        if static_cameras and card.static_cameras is False:
            raise InputError(
                f"{folder}: says that the cameras move, so camera-consistency cannot be used; "
                f"leave --static-cameras out, or pack the footage again."
            )
    said = [card.static_cameras for card in cards]
    if static_cameras is None:
        static_cameras = True if all(said) else False if False in said else None
    return Store(tuple(folders), tuple(cards), static_cameras)
