"""Whether the cameras of a capture are synchronised as they claim."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from canonpose.datamodel import Capture, Keypoints, Take
from canonpose.synchronisation.confidence import in_words
from canonpose.synchronisation.estimate import estimate
from canonpose.synchronisation.views import Watched

Some = TypeVar("Some")

MOST_TAKES = 8
MOST_SECONDS = 60.0
"""Of each take, from its middle."""
USUAL_FPS = 30.0
"""Where no file tells the frame rate; it only scales what counts as fast."""
TOLERANCE = 2.0
"""Frames; less can be the difference between two views of a detector's habits."""
CERTAIN = 0.95
"""Confidence from which on a warning is worth its alarm."""


@dataclass(frozen=True)
class Doubt:
    """A camera that seems not to be synchronised."""

    take: str
    camera: str
    frames: float
    """What would have to be added to its offset."""
    confidence: float

    def __str__(self) -> str:
        return (
            f"take {self.take!r}: camera {self.camera!r} seems to begin {abs(self.frames):.1f} "
            f"frames {'later' if self.frames < 0 else 'earlier'} than the others (confidence "
            f"{self.confidence:.2f}, {in_words(self.confidence)}); `canonpose sync` finds its "
            f"offset, or leave it out."
        )


def check_synchronisation(capture: Capture) -> list[Doubt]:
    """The cameras whose motion fits the others' clearly better when shifted.

    A quick look, at `MOST_SECONDS` of `MOST_TAKES` takes at most. Nothing is shifted.
    """
    return [doubt for take in looked_at(capture.takes) for doubt in doubts(take)]


def looked_at(takes: Sequence[Some]) -> Sequence[Some]:
    """Of all takes, or their numbers, those that a quick look takes in."""
    return takes[:: max(len(takes) // MOST_TAKES, 1)][:MOST_TAKES]


def doubts(take: Take) -> list[Doubt]:
    """The doubtful cameras of one take, the majority of its cameras taken as right."""
    views = [view for view in take.views.values() if view.seen.any()]
    if len(views) < 2:
        return []
    fps = views[0].fps or USUAL_FPS
    found = estimate([Watched.of_one(_middle(view, fps), fps) for view in views])
    frames = found.offsets * fps
    frames = frames - _majority(frames)
    return [
        Doubt(take.name, camera, float(off), float(sure))
        for camera, off, sure in zip(found.cameras, frames, found.confidence, strict=True)
        if abs(off) > TOLERANCE and sure >= CERTAIN
    ]


def _majority(frames: np.ndarray) -> float:
    """The offset that most cameras share; the first camera's where none is shared by two."""
    votes = (np.abs(frames[:, None] - frames) <= TOLERANCE).sum(1)
    leader = int(votes.argmax())
    return float(np.median(frames[np.abs(frames - frames[leader]) <= TOLERANCE]))


def _middle(view: Keypoints, fps: float) -> Keypoints:
    most = int(MOST_SECONDS * fps)
    first = max((len(view) - most) // 2, 0)
    kept = slice(first, first + most)
    return replace(view, positions=view.positions[kept], scores=view.scores[kept], times=None)
