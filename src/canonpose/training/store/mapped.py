"""Samples that stay on disk and are mapped into memory."""

import mmap
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float32, Int64
from torch import Generator, Tensor

from canonpose.errors import InputError
from canonpose.files import unreadable
from canonpose.training.samples import Samples
from canonpose.training.stretches import stretch_lengths


def mapped_file(
    path: Path, samples: int, shape: tuple[int, ...]
) -> Float32[np.ndarray, "sample view joint 3"]:
    """An npy file as an array whose parts the system reads when they are looked at.

    Raises
    ------
    InputError
        If it cannot be read, is cut off, or holds something else.
    """
    try:
        with path.open("rb") as file:
            if np.lib.format.read_magic(file) != (1, 0):
                raise ValueError("another version of npy")
            found, fortran, dtype = np.lib.format.read_array_header_1_0(file)
            if fortran or dtype != np.float32 or found != (samples, *shape):
                raise ValueError(f"an array {list(found)} of {dtype}")
            start = file.tell()
            memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        if hasattr(mmap, "MADV_RANDOM"):  # else the system reads far ahead of each sample, in vain
            memory.madvise(mmap.MADV_RANDOM)
        return np.ndarray(found, dtype, buffer=memory, offset=start)
    except OSError as error:
        raise unreadable(path, error) from error
    except (ValueError, TypeError) as error:
        raise InputError(
            f"{path}: is damaged ({error}); copy the store or pack the footage again."
        ) from error


@dataclass(frozen=True, eq=False)
class Part:
    """The samples of one store, with the place of its cameras among those of all stores."""

    files: Sequence[Float32[np.ndarray, "_ view joint 3"]]
    views: Sequence[int]
    rigs: Int64[np.ndarray, " take"]
    """The rig of each take, numbered over all stores."""
    take_samples: Int64[np.ndarray, " take"]


class MappedSamples:
    """Samples of one or more stores, read batch by batch: a `SampleSource`.

    All samples are drawn from at random, each by itself, as where they are in memory. What is in
    memory is what the system keeps of the files, and gives back when others need it, and the order
    of an epoch (8 bytes a sample).

    Parameters
    ----------
    parts : sequence of Part
    views : int
        How many cameras all stores have together.
    device : torch.device
        Where batches are put.
    """

    def __init__(self, parts: Sequence[Part], views: int, device: torch.device):
        self.device = device
        self.views = views
        self._files = [(file, list(part.views)) for part in parts for file in part.files]
        self._ends = np.cumsum([len(file) for file, _ in self._files])
        self._rigs = np.concatenate([part.rigs for part in parts])
        counts = np.concatenate([part.take_samples for part in parts])
        self._take_ends = np.cumsum(counts)
        self._stretch_ends = np.cumsum(stretch_lengths(counts.tolist()))
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="samples")
        self._expected: tuple[Tensor, Future[Samples]] | None = None

    def __len__(self) -> int:
        return int(self._ends[-1])

    @property
    def rig_count(self) -> int:
        """Rigs are numbered from 0 to one below this."""
        return int(self._rigs.max()) + 1

    @property
    def stretch_count(self) -> int:
        """Stretches likewise."""
        return len(self._stretch_ends)

    @property
    def bytes(self) -> int:
        """What all samples would take up in memory."""
        joints = self._files[0][0].shape[2]
        return len(self) * (self.views * joints * 3 * 4 + 2 * 8)

    def order(self, generator: Generator) -> Int64[Tensor, " sample"]:
        """All samples in random order, on the CPU."""
        return torch.randperm(len(self), generator=generator)

    def expect(self, chosen: Int64[Tensor, " batch"]) -> None:
        """Begin to read a batch that `gather` will be asked for next."""
        self._expected = chosen, self._reader.submit(self._read, chosen)

    def gather(self, chosen: Int64[Tensor, " batch"]) -> Samples:
        """One batch, on the device."""
        expected, self._expected = self._expected, None
        if expected is not None and torch.equal(expected[0], chosen):
            samples = expected[1].result()
        else:
            samples = self._read(chosen)
        if self.device.type == "cpu":
            return samples
        return samples.changed(lambda part: part.pin_memory().to(self.device, non_blocking=True))

    def rigs_of(self, chosen: Int64[Tensor, " batch"]) -> Int64[Tensor, " batch"]:
        """The rigs of some samples."""
        takes = np.searchsorted(self._take_ends, chosen.numpy(), side="right")
        return torch.from_numpy(self._rigs[takes])

    def stretches_of(self, chosen: Int64[Tensor, " batch"]) -> Int64[Tensor, " batch"]:
        """The stretches of some samples."""
        return torch.from_numpy(np.searchsorted(self._stretch_ends, chosen.numpy(), side="right"))

    def _read(self, chosen: Tensor) -> Samples:
        indices = chosen.numpy()
        joints = self._files[0][0].shape[2]
        records = np.zeros((len(indices), self.views, joints, 3), np.float32)
        holders = np.searchsorted(self._ends, indices, side="right")
        for holder in np.unique(holders):
            file, views = self._files[holder]
            (wanted,) = np.nonzero(holders == holder)
            places = indices[wanted] - (self._ends[holder] - len(file))
            if views == list(range(self.views)):
                records[wanted] = file[places]
            else:
                records[np.ix_(wanted, views)] = file[places]
        whole = torch.from_numpy(records)
        return Samples(
            whole[..., :2].contiguous(),
            whole[..., 2].contiguous(),
            self.rigs_of(chosen),
            self.stretches_of(chosen),
        )
