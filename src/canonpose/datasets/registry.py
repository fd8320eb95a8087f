"""The data sets by name; a reader is imported only when its data set is asked for."""

from importlib import import_module
from pathlib import Path

from canonpose.datasets.dataset import Dataset
from canonpose.errors import InputError

DATASETS = {
    "human36m": "canonpose.datasets.human36m",
    "3dhp": "canonpose.datasets.mpi_inf_3dhp",
    "skipose": "canonpose.datasets.skipose",
    "aistpp": "canonpose.datasets.aistpp",
    "virtual": "canonpose.datasets.virtual",
    "folder": "canonpose.datasets.folder",
}
"""Name to the module whose ``read(folder)`` reads it."""


def read_dataset(name: str, folder: str | Path) -> Dataset:
    """Read a data set by name.

    Raises
    ------
    InputError
        If there is no such data set, or its folder lacks something; the message says what.
    """
    if name not in DATASETS:
        raise InputError(f"unknown data set {name!r}: use one of {', '.join(DATASETS)}.")
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; give the one that holds {name}.")
    dataset: Dataset = import_module(DATASETS[name]).read(folder)
    return dataset
