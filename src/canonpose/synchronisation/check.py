"""Whether the cameras of a capture are synchronised as they claim."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from canonpose.datamodel import Capture, Take
from canonpose.shifts.step import Shifted, shifted_views

Some = TypeVar("Some")

MOST_TAKES = 8


@dataclass(frozen=True)
class Doubt(Shifted):
    """A camera that seems not to be synchronised."""

    take: str

    def __str__(self) -> str:
        return (
            f"take {self.take!r}: {super().__str__()}; `canonpose sync` finds its offset, or leave "
            f"it out."
        )


def check_synchronisation(capture: Capture) -> list[Doubt]:
    """The cameras whose motion fits the others' clearly better when shifted.

    A quick look, at `MOST_TAKES` takes at most. Nothing is shifted.
    """
    return [doubt for take in looked_at(capture.takes) for doubt in doubts(take)]


def looked_at(takes: Sequence[Some]) -> Sequence[Some]:
    """Of all takes, or their numbers, those that a quick look takes in."""
    return takes[:: max(len(takes) // MOST_TAKES, 1)][:MOST_TAKES]


def doubts(take: Take) -> list[Doubt]:
    """The doubtful cameras of one take, the majority of its cameras taken as right."""
    return [
        Doubt(one.camera, one.frames, one.confidence, take.name)
        for one in shifted_views(take.views)
    ]
