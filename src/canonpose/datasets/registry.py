"""The data sets by name; a reader is imported only when its data set is asked for."""

from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from canonpose.datasets.dataset import Dataset
from canonpose.errors import InputError

DATASETS: dict[str, tuple[str, dict[str, Any]]] = {
    "human36m": ("human36m", {}),
    "3dhp": ("mpi_inf_3dhp", {}),
    "skipose": ("skipose", {}),
    "aistpp": ("aistpp", {}),
    "virtual": ("virtual", {}),
    "virtual-ptz": ("virtual", {"cameras": 6, "motion": "ptz"}),
    "virtual-handheld": ("virtual", {"motion": "handheld"}),
    "folder": ("folder", {}),
}
"""Name to the module whose ``read`` reads it, and the options it is called with."""


def read_dataset(name: str, folder: str | Path, **options: Any) -> Dataset:
    """Read a data set by name.

    Parameters
    ----------
    name : str
        One of `DATASETS`.
    folder : path
        That holds it, in its official layout or a common redistribution.
    options
        Of the data set's own ``read``.

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
    module, defaults = DATASETS[name]
    reader = import_module(f"canonpose.datasets.{module}")
    dataset: Dataset = reader.read(folder, **{**defaults, **options})
    return replace(dataset, name=name)
