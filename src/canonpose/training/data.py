"""What a training knows of its footage, wherever the samples are kept."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Int64
from torch import Tensor

from canonpose.datamodel import Capture
from canonpose.device import free_memory
from canonpose.skeleton import Skeleton
from canonpose.synchronisation.check import check_synchronisation
from canonpose.training.samples import Samples, samples_of
from canonpose.training.source import SampleSource
from canonpose.training.store.mapped import MappedSamples
from canonpose.training.store.opening import Store

GIGABYTE = 10**9
SHARE_OF_MEMORY = 0.5
"""Of what is free; the other half is for the training, and for whoever else computes here."""
READ_AT_ONCE = 16384
"""Samples."""


@dataclass(frozen=True, eq=False)
class TrainingData:
    """Samples, and what a trained lifter's card and checks need to know of them."""

    samples: SampleSource
    cameras: tuple[str, ...]
    skeleton: Skeleton
    static_cameras: bool
    takes: tuple[str, ...]
    sources: tuple[str, ...]
    notes: tuple[str, ...]
    doubts: tuple[str, ...]
    """Cameras that seem not to be synchronised."""
    fingerprint: str
    """Changes when the samples do."""

    def some(self, most: int) -> Samples:
        """So many samples at most, evenly from all of them; for whatever needs no more."""
        return self.samples.gather(evenly(len(self.samples), most))


def training_data(
    footage: Capture | Store,
    device: torch.device,
    memory: float | None = None,
    check_files: bool = True,
) -> TrainingData:
    """The samples of footage, for a training on a device.

    Those of a store are brought onto the device if they fit, and stay on disk if not; the training
    is the same. ``memory`` is how many gigabytes they may take up there, half of what is free
    unless given. Its files are read through and checked unless another process does so.

    Raises
    ------
    InputError
        If there is no moment at which two cameras saw the root joint, or a store is damaged.
    """
    if isinstance(footage, Capture):
        doubts = tuple(map(str, check_synchronisation(footage)))
        return replace(data_of(footage, samples_of(footage).to(device)), doubts=doubts)
    if check_files:
        footage.check_files()
    return TrainingData(
        samples=_settled(footage.mapped(device), memory),
        cameras=footage.cameras,
        skeleton=footage.skeleton,
        static_cameras=bool(footage.static_cameras),
        takes=footage.takes,
        sources=tuple(map(str, footage.folders)),
        notes=tuple(note for card in footage.cards for note in card.notes),
        doubts=tuple(doubt for card in footage.cards for doubt in card.doubts),
        fingerprint=footage.fingerprint(),
    )


def data_of(capture: Capture, samples: Samples) -> TrainingData:
    """A capture whose samples these are, taken as synchronised."""
    return TrainingData(
        samples=samples,
        cameras=capture.cameras,
        skeleton=capture.skeleton,
        static_cameras=bool(capture.static_cameras),
        takes=tuple(take.name for take in capture.takes),
        sources=capture.sources,
        notes=capture.notes,
        doubts=(),
        fingerprint=samples.fingerprint(),
    )


def evenly(count: int, most: int) -> Int64[Tensor, " chosen"]:
    """Numbers below ``count``, at most ``most``, at even distances."""
    return torch.arange(0, count, max(-(-count // most), 1))


def resident(samples: MappedSamples) -> Samples:
    """All samples on their device, read piece by piece."""
    pieces = torch.arange(len(samples)).split(READ_AT_ONCE)
    first = samples.gather(pieces[0])
    whole = first.changed(lambda part: part.new_empty((len(samples), *part.shape[1:])))
    for chosen in pieces:
        begin = int(chosen[0])
        for name, part in samples.gather(chosen).parts.items():
            whole.parts[name][begin : begin + len(chosen)] = part
    return whole


def _settled(samples: MappedSamples, memory: float | None) -> SampleSource:
    allowed = SHARE_OF_MEMORY * free_memory(samples.device)
    if memory is not None:
        allowed = memory * GIGABYTE
    return resident(samples) if samples.bytes <= allowed else samples
