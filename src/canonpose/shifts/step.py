"""Which of a take's cameras are out of step with the others."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import ASSUMED_FPS, Keypoints
from canonpose.shifts.confidence import in_words
from canonpose.shifts.estimate import Estimate, estimate, information_at, signals_of
from canonpose.shifts.views import Watched

MOST_SECONDS = 60.0
"""Of a take that are looked at, in its middle."""
TOLERANCE = 2.0
"""Frames; less can be the difference between two views of a detector's habits."""
CERTAIN = 0.95
"""Confidence from which on a warning is worth its alarm."""


@dataclass(frozen=True)
class Shifted:
    """A camera that seems not to be in step."""

    camera: str
    frames: float
    """What would have to be added to its offset."""
    confidence: float

    def __str__(self) -> str:
        return (
            f"camera {self.camera!r} seems to begin {abs(self.frames):.1f} frames "
            f"{'later' if self.frames < 0 else 'earlier'} than the others (confidence "
            f"{self.confidence:.2f}, {in_words(self.confidence)})"
        )


def shifted_views(views: Mapping[str, Keypoints]) -> list[Shifted]:
    """The cameras whose motion fits the others' clearly better when shifted.

    Most cameras are taken as right. A quick look, at `MOST_SECONDS` from the middle.

    Parameters
    ----------
    views : mapping
        Camera to its keypoints, frame by frame the same moments. Those without any are passed over.
    """
    seen = _seen(views)
    fps = _rate(seen)
    return _shifted(estimate(_watched(seen, fps)), fps) if len(seen) > 1 else []


def out_of_step(views: Mapping[str, Keypoints], mended: Mapping[str, Keypoints]) -> list[Shifted]:
    """The cameras that fit the others better shifted, as detected, than in step and mended.

    Left and right limbs of a camera that is out of step seem exchanged, above all where motion is
    repeated mirror-wise; those of one that is in step, and really exchanged, speak for a shift.
    Which of the two it is says what its motion then shares with the others'.

    Parameters
    ----------
    views, mended : mapping
        Camera to its keypoints, as detected and as `canonpose.flips.mending` mends them.
    """
    seen = _seen(views)
    if len(seen) < 2:
        return []
    fps = _rate(seen)
    found = estimate(_watched(seen, fps))
    suspects = _shifted(found, fps)
    if not suspects:
        return []
    as_mended = signals_of(_watched({camera: mended[camera] for camera in seen}, fps))
    if_mended = information_at(as_mended, np.zeros(len(seen)))
    if_shifted = information_at(found.signals, found.offsets)
    better = dict(zip(seen, if_shifted > if_mended, strict=True))
    return [one for one in suspects if better[one.camera]]


def _seen(views: Mapping[str, Keypoints]) -> dict[str, Keypoints]:
    return {camera: view for camera, view in views.items() if view.seen.any()}


def _rate(views: Mapping[str, Keypoints]) -> float:
    """Frames per second, which only scales what counts as fast."""
    return next((view.fps for view in views.values()), None) or ASSUMED_FPS


def _watched(views: Mapping[str, Keypoints], fps: float) -> list[Watched]:
    middles = {camera: _middle(view, fps) for camera, view in views.items()}
    return [
        replace(Watched.of_one(middle, fps), camera=camera) for camera, middle in middles.items()
    ]


def _middle(view: Keypoints, fps: float) -> Keypoints:
    most = int(MOST_SECONDS * fps)
    first = max((len(view) - most) // 2, 0)
    kept = slice(first, first + most)
    return replace(view, positions=view.positions[kept], scores=view.scores[kept], times=None)


def _shifted(found: Estimate, fps: float) -> list[Shifted]:
    frames = found.offsets * fps
    frames = frames - _majority(frames)
    return [
        Shifted(camera, float(off), float(sure))
        for camera, off, sure in zip(found.cameras, frames, found.confidence, strict=True)
        if abs(off) > TOLERANCE and sure >= CERTAIN
    ]


def _majority(frames: Float[np.ndarray, " camera"]) -> float:
    """The offset that most cameras share; the first camera's where none is shared by two."""
    votes = (np.abs(frames[:, None] - frames) <= TOLERANCE).sum(1)
    leader = int(votes.argmax())
    return float(np.median(frames[np.abs(frames - frames[leader]) <= TOLERANCE]))
