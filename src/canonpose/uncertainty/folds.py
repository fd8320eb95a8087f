"""Parts of a capture, each of which is held back from a training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from canonpose.datamodel import ASSUMED_FPS, Capture, Keypoints, Take
from canonpose.errors import InputError
from canonpose.refining.labels import SolvedLabels

LEAST_LEFT = 0.2
"""Share of the footage."""


@dataclass(frozen=True, eq=False)
class Fold:
    """Frames of a capture's takes, by the take's number."""

    frames: Mapping[int, Bool[np.ndarray, " frame"]]
    """What is judged; takes that are not here have no part in it."""
    margins: Mapping[int, Bool[np.ndarray, " frame"]]
    """The same and what is too near to it."""

    def chosen(self, labels: SolvedLabels) -> Bool[Tensor, " sample"]:
        """The labelled moments that are judged."""
        takes, frames = labels.takes.numpy(), labels.frames.numpy()
        inside = np.zeros(len(takes), dtype=bool)
        for number, here in self.frames.items():
            of_take = takes == number
            inside[of_take] = here[frames[of_take]]
        return torch.from_numpy(inside)


def folds_of(capture: Capture, count: int, margin: float) -> list[Fold]:
    """Part a capture: by takes where there are as many, else by time within every take.

    Parameters
    ----------
    capture : Capture
    count : int
        How many parts.
    margin : float
        Seconds around a stretch of time that are hidden as well.

    Raises
    ------
    InputError
        If a take is too short to be parted.
    """
    lengths = [len(take) for take in capture.takes]
    if len(lengths) >= count:
        longest = sorted(range(len(lengths)), key=lambda number: -lengths[number])
        groups = [longest[start::count] for start in range(count)]
        whole = [{n: np.ones(lengths[n], dtype=bool) for n in group} for group in groups]
        return [Fold(frames, frames) for frames in whole]
    folds = []
    for part in range(count):
        frames, margins = {}, {}
        for number, take in enumerate(capture.takes):
            fps = next(iter(take.views.values())).fps or ASSUMED_FPS
            first, last = (len(take) * (part + end) // count for end in (0, 1))
            if last - first <= 2 * margin * fps:
                raise InputError(
                    f"take {take.name!r}: is too short to hold back parts of it, from which to "
                    f"learn how far the lifter is off on what it never saw; film more."
                )
            places, away = np.arange(len(take)), round(margin * fps)
            frames[number] = (places >= first) & (places < last)
            margins[number] = (places >= first - away) & (places < last + away)
        folds.append(Fold(frames, margins))
    return folds


def without(capture: Capture, folds: Sequence[Fold]) -> Capture:
    """The capture in which nobody is seen at the moments of some parts, nor too near to them."""
    hidden = [
        _hidden(take, here) for take, here in zip(capture.takes, _at(capture, folds), strict=True)
    ]
    return replace(capture, takes=tuple(take for take in hidden if take is not None))


def enough_left(capture: Capture, folds: Sequence[Fold]) -> bool:
    """Whether enough is left without these parts for a lifter to be trained on it."""
    hidden = np.concatenate(_at(capture, folds))
    return bool(1 - hidden.mean() >= LEAST_LEFT)


def _at(capture: Capture, folds: Sequence[Fold]) -> list[Bool[np.ndarray, " frame"]]:
    """The frames of every take that are in these parts, or too near to them."""
    nothing = [np.zeros(len(take), dtype=bool) for take in capture.takes]
    return [
        np.any([here, *(fold.margins[n] for fold in folds if n in fold.margins)], axis=0)
        for n, here in enumerate(nothing)
    ]


def _hidden(take: Take, frames: Bool[np.ndarray, " frame"]) -> Take | None:
    """The take with nobody in some frames; None where none is left."""
    if frames.all():
        return None
    if not frames.any():
        return take
    views = {camera: _unseen(view, frames) for camera, view in take.views.items()}
    return replace(take, views=views)


def _unseen(view: Keypoints, frames: Bool[np.ndarray, " frame"]) -> Keypoints:
    positions = np.where(frames[:, None, None], np.nan, view.positions)
    scores = np.where(frames[:, None], 0.0, view.scores)
    return replace(
        view,
        positions=positions.astype(view.positions.dtype),
        scores=scores.astype(view.scores.dtype),
    )
