"""Recordings of single views, lifted frame by frame, and windows out of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from canonpose.tensor_rows import TensorRows

RATE = 30.0
"""Places of a window a second, where frames do not come about as fast, or faster."""
APART = 2**32
"""Places between recordings, which is more than any has."""


class Windows(NamedTuple):
    """What a temporal lifter takes; see `TemporalLifter.forward`."""

    positions: Float[Tensor, "*batch window joint 2"]
    scores: Float[Tensor, "*batch window joint"]
    lifted: Float[Tensor, "*batch window joint 3"]
    present: Bool[Tensor, "*batch window"]


@dataclass(frozen=True, eq=False)
class LiftedFrames(TensorRows):
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

    @classmethod
    def joined(cls, parts: Sequence["LiftedFrames"]) -> "LiftedFrames":
        """Several, one after the other, as recordings of their own."""
        whole = cls.concatenated(parts)
        numbers = [torch.full((len(part),), number) for number, part in enumerate(parts)]
        return replace(whole, recording=torch.cat(numbers))

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

    Neighbouring places are neighbouring frames, as long as these come no slower than about `RATE`
    (above 20 frames a second a frame's length is nearer to one place than to two); of slower
    recordings they are that far apart in time, and some places stay empty. So what is joined lies
    about equally close in time, whatever was filmed.

    Parameters
    ----------
    fps : float or None
        Where it is not known, frames are taken to come fast.
    frames : int
        How many there are.
    times : array [frame], optional
        Of each, in seconds, where they are uneven: what is not filmed in between stays empty. A
        second has as many places as frames where these are neighbours, else `RATE`, also in the
        sum over many frames. Without times, all frames lie the same whole number of places apart.

    Returns
    -------
    tensor [frame]
        From 0 on, each at least 1 more than the one before.
    """
    apart = max(1, round(RATE / fps)) if fps else 1
    if times is None or not frames:
        return torch.arange(frames) * apart
    rate = RATE if fps is None or apart > 1 else fps
    return torch.tensor(_whole_sums(np.diff(times).astype(np.float64) * rate), dtype=torch.int64)


def _whole_sums(steps: Float[np.ndarray, " step"]) -> list[int]:
    """From 0 on: the sums of steps, rounded, no two of them the same."""
    sums, left = [0], 0.0
    for step in steps.tolist():
        whole = max(1, math.floor(left + step + 0.5))
        # Frames that come too fast push others back by half a place at most, so gaps stay gaps.
        left = max(left + step - whole, -0.5)
        sums.append(sums[-1] + whole)
    return sums
