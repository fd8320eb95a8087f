"""Recordings of single views, lifted frame by frame, and windows out of them."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor


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
    """Of which recording a frame is; windows do not reach into another."""

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
        """Windows of ``2 past + 1`` frames around some frames.

        Parameters
        ----------
        frames : tensor [...]
            The middle frames.
        past : int
            Frames before the middle one, and places after it.
        future : int
            How many of the places after it are filled; 0 is causal.
        """
        offsets = torch.arange(-past, past + 1, device=frames.device)
        wanted = frames[..., None] + offsets
        inside = (wanted >= 0) & (wanted < len(self)) & (offsets <= future)
        wanted = wanted.clamp(0, len(self) - 1)
        same = self.recording[wanted] == self.recording[frames][..., None]
        return Windows(
            self.positions[wanted],
            self.scores[wanted],
            self.lifted[wanted],
            inside & same & self.usable[wanted],
        )
