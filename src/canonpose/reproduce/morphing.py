"""A data set's detections morphed to its own joints, as the paper did (section 4.2)."""

from dataclasses import replace
from pathlib import Path

from canonpose.datasets import Dataset
from canonpose.errors import InputError
from canonpose.morphing import (
    load_morphing,
    morphed,
    pairs_of,
    save_morphing,
    train_morphing,
)
from canonpose.morphing.trained import CARD


def morphed_by_held_back(dataset: Dataset, folder: Path) -> Dataset:
    """The data set with its detections morphed; the morphing is kept in a folder.

    Raises
    ------
    InputError
        If no subject is held back for it.
    """
    if not dataset.morphing:
        raise InputError(
            f"{dataset.name}: no subject is held back for skeleton morphing, so it cannot be "
            f"learned; leave --morph out."
        )
    if (folder / CARD).is_file():
        morphing = load_morphing(folder)
    else:
        morphing = train_morphing(pairs_of(dataset.morphing))
        save_morphing(morphing, folder)
    # Under another name, so that its results are not taken for those of plain detections.
    return replace(morphed(dataset, morphing), name=f"{dataset.name} (morphed)")
