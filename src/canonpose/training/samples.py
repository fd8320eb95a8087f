"""A capture as training tensors."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Generator, Tensor

from canonpose.datamodel import Capture, Take
from canonpose.errors import InputError
from canonpose.geometry.normalisation import normalise
from canonpose.skeleton import Skeleton
from canonpose.tensor_rows import TensorRows
from canonpose.training.stretches import stretch_numbers


@dataclass(frozen=True, eq=False)
class Samples(TensorRows):
    """All moments of a capture that at least two cameras saw, normalised; or a batch of them.

    The `canonpose.training.source.SampleSource` of a capture that fits into the device's memory.
    """

    positions: Float[Tensor, "sample view joint 2"]
    """Root-centred, unit Frobenius norm; 0 where missing."""
    scores: Float[Tensor, "sample view joint"]
    """Confidences; 0 where missing."""
    rigs: Int64[Tensor, " sample"]
    """Number of the sample's rig."""
    stretches: Int64[Tensor, " sample"]
    """Number of the stretch of its take that the sample is in (`canonpose.training.stretches`)."""

    @cached_property
    def rig_count(self) -> int:
        """Rigs are numbered from 0 to one below this. Waits for the device, once."""
        return int(self.rigs.max()) + 1

    @cached_property
    def stretch_count(self) -> int:
        """Stretches likewise."""
        return int(self.stretches.max()) + 1

    def order(self, generator: Generator) -> Int64[Tensor, " sample"]:
        """All samples in random order, on the device."""
        return torch.randperm(len(self), generator=generator).to(self.positions.device)

    def expect(self, chosen: Int64[Tensor, " batch"]) -> None:
        """They are here already."""

    def rigs_of(self, chosen: Int64[Tensor, " batch"]) -> Int64[Tensor, " batch"]:
        """The rigs of some samples."""
        return self.rigs[chosen]

    def stretches_of(self, chosen: Int64[Tensor, " batch"]) -> Int64[Tensor, " batch"]:
        """The stretches of some samples."""
        return self.stretches[chosen]

    def gather(self, chosen: Int64[Tensor, " batch"]) -> "Samples":
        """Some of the samples."""
        return self.at(chosen)

    def fingerprint(self) -> str:
        """A hash that changes when the data do."""
        digest = sha256()
        for part in (self.positions, self.scores, self.rigs):
            digest.update(np.ascontiguousarray(part.cpu().numpy()).tobytes())
        return digest.hexdigest()


def samples_of(capture: Capture) -> Samples:
    """Stack a capture's takes along one sample axis; cameras that a take lacks are missing views.

    Raises
    ------
    InputError
        If there is no moment at which two cameras saw the root joint.
    """
    moments = all_moments(capture)
    shared = seen_by_two(moments)
    if not shared.any():
        raise InputError(
            f"{', '.join(capture.sources)}: there is no frame in which two cameras see the root "
            f"joint {capture.skeleton.root!r}; check that the cameras are synchronised, and film "
            f"the same person."
        )
    counts = [int(part.sum()) for part in shared.split([len(take) for take in capture.takes])]
    return replace(moments.at(shared), stretches=stretch_numbers(counts))


def all_moments(capture: Capture) -> Samples:
    """The same of all moments, also of those that fewer than two cameras saw."""
    rig_names = sorted({take.rig for take in capture.takes})
    parts = [
        _moments(take, capture.cameras, capture.skeleton, rig_names.index(take.rig))
        for take in capture.takes
    ]
    whole = Samples.concatenated(parts)
    return replace(whole, stretches=stretch_numbers(map(len, capture.takes)))


def seen_by_two(moments: Samples) -> Bool[Tensor, " sample"]:
    """Which moments two cameras or more saw, so that something can be learned from them."""
    return (moments.scores > 0).any(-1).sum(-1) >= 2


def samples_of_take(
    take: Take, cameras: Sequence[str], skeleton: Skeleton, rig: int = 0
) -> Samples:
    """The moments of one take that two cameras saw, with its rig's number; may be none."""
    moments = _moments(take, cameras, skeleton, rig)
    return moments.at(seen_by_two(moments))


def _moments(take: Take, cameras: Sequence[str], skeleton: Skeleton, rig: int) -> Samples:
    positions, scores = _stacked(take, cameras, skeleton)
    positions, scores, _ = normalise(positions, scores, skeleton.root_index)
    rigs = torch.full((len(take),), rig)
    return Samples(positions, scores, rigs, stretch_numbers([len(take)]))


def _stacked(take: Take, cameras: Sequence[str], skeleton: Skeleton) -> tuple[Tensor, Tensor]:
    """Positions and scores of one take, [frame, view, joint, ...]."""
    shape = (len(take), len(cameras), len(skeleton))
    positions = np.full((*shape, 2), np.nan, dtype=np.float32)
    scores = np.zeros(shape, dtype=np.float32)
    for view, camera in enumerate(cameras):
        if camera in take.views:
            positions[:, view] = take.views[camera].positions
            scores[:, view] = take.views[camera].scores
    return torch.from_numpy(positions), torch.from_numpy(scores)
