"""Recordings of single views, lifted frame by frame, and windows out of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

RATE = 30.0
"""Places of a window a second, where frames do not come faster."""
APART = 2**32
"""Places between recordings, which is more than any has."""


class Windows(NamedTuple):
    """What a temporal lifter takes; see `TemporalLifter.forward`."""

    positions: Float[Tensor, "*batch window joint 2"]
    scores: Float[Tensor, "*batch window joint"]
    lifted: Float[Tensor, "*batch window joint 3"]
    present: Bool[Tensor, "*batch window"]


@dataclass(frozen=True, eq=False)
class LiftedFrames:
    """One or several recordings in a row."""

    positions: Float[Tensor, "frame joint 2"]
    """Normalised, 0 where missing."""
    scores: Float[Tensor, "frame joint"]
    """0 where missing."""
    lifted: Float[Tensor, "frame joint 3"]
    """Camera frame, root at the origin, body heights; anything where not usable."""
    usable: Bool[Tensor, " frame"]
    """Frames that could be lifted."""
    recording: Int64[Tensor, " frame"]
    """Of which recording a frame is, in ascending order; windows do not reach into another."""
    place: Int64[Tensor, " frame"]
    """When a frame is, within its recording, in places of a window (`places_at`); ascending."""

    def __len__(self) -> int:
        return len(self.positions)

    @classmethod
    def joined(cls, parts: Sequence["LiftedFrames"]) -> "LiftedFrames":
        """Several, one after the other, as recordings of their own."""
        whole = cls.one_after_the_other(parts)
        numbers = [torch.full((len(part),), number) for number, part in enumerate(parts)]
        return replace(whole, recording=torch.cat(numbers))

    @classmethod
    def one_after_the_other(cls, parts: Sequence["LiftedFrames"]) -> "LiftedFrames":
        """Several, one after the other, of the recordings that they say."""
        return cls(*(torch.cat([getattr(p, f.name) for p in parts]) for f in fields(cls)))

    def windows(self, frames: Int64[Tensor, "*batch"], past: int, future: int) -> Windows:
        """Windows of ``2 past + 1`` places around some frames; not in all of them is a frame.

        Parameters
        ----------
        frames : tensor [...]
            The middle frames.
        past : int
            Places before the middle one, and after it.
        future : int
            How many of the places after it are filled; 0 is causal.
        """
        offsets = torch.arange(-past, past + 1, device=frames.device)
        when = self.recording * APART + self.place
        wanted = when[frames][..., None] + offsets
        found = torch.searchsorted(when, wanted).clamp(max=len(self) - 1)
        there = (when[found] == wanted) & (offsets <= future)
        return Windows(
            self.positions[found],
            self.scores[found],
            self.lifted[found],
            there & self.usable[found],
        )


def places_at(
    fps: float | None, frames: int, times: Float[np.ndarray, " frame"] | None = None
) -> Int64[Tensor, " frame"]:
    """The places of a recording's frames in windows.

    Neighbouring places are neighbouring frames, as long as these come no slower than `RATE`; of
    slower recordings they are that far apart in time, and some places stay empty. So what is joined
    lies equally close in time, whatever was filmed.

    Parameters
    ----------
    fps : float or None
        Where it is not known, frames are taken to come fast.
    frames : int
        How many there are.
    times : array [frame], optional
        Of each, in seconds, where they are uneven: what is not filmed in between stays empty.
    """
    if times is None or not frames:
        return torch.arange(frames) * (max(1, round(RATE / fps)) if fps else 1)
    steps = np.maximum(np.round(np.diff(times) * max(fps or RATE, RATE)), 1)
    return torch.from_numpy(np.concatenate([[0], np.cumsum(steps)]).astype(np.int64))
