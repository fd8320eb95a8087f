"""Samples to the files of a store, a bounded number at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import file_digest
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from canonpose.folders import new_folder
from canonpose.training.samples import Samples
from canonpose.training.store.card import SampleFile

FILE_BYTES = 128 * 2**20
"""About what a file of samples holds, and what writing keeps in memory."""


class SampleWriter:
    """Cuts what it is given into npy files of like size."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.files: list[SampleFile] = []
        self._waiting: list[np.ndarray] = []

    def add(self, samples: Samples) -> None:
        """Append samples, of the same views and joints each time."""
        records = records_of(samples)
        if not len(records):
            return
        most = max(FILE_BYTES // records[0].nbytes, 1)
        while len(records):
            room = most - sum(map(len, self._waiting))
            self._waiting.append(records[:room])
            records = records[room:]
            if sum(map(len, self._waiting)) == most:
                self.flush()

    def flush(self) -> None:
        """Write what has not been written."""
        if not self._waiting:
            return
        name = f"samples-{len(self.files):05d}.npy"
        with (self.folder / name).open("w+b") as file:
            np.save(file, np.concatenate(self._waiting))
            file.seek(0)
            digest = file_digest(file, "sha256").hexdigest()
        self.files.append(SampleFile(name, sum(map(len, self._waiting)), digest))
        self._waiting = []


@contextmanager
def new_store(store: Path) -> Iterator[SampleWriter]:
    """A writer into a folder that appears when all is written, card included, or never.

    The caller writes the card into ``writer.folder``.
    """
    with new_folder(store) as folder:
        writer = SampleWriter(folder)
        yield writer


def records_of(samples: Samples) -> Float32[np.ndarray, "sample view joint 3"]:
    """Position and confidence of a joint side by side, so that a sample is one piece of a file."""
    parts = samples.positions.cpu().numpy(), samples.scores.cpu().numpy()[..., None]
    return np.concatenate(parts, axis=-1)
