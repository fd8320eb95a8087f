"""Videos as cameras: their people are detected when they are first read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np

from canonpose.detection.detector import Detector
from canonpose.detection.footage import detect_video
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.people.detections import Detections
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete, convert
from canonpose.video.opening import is_video

Detect = Callable[[Path], Detections]
"""How to get at the people in a video."""


@runtime_checkable
class DetectsAhead(Protocol):
    """A `Detect` that had better know beforehand for which videos it will be asked."""

    def ahead(self, paths: Sequence[Path]) -> None:
        """Find the people in several videos, at the same time as far as possible.

        Errors are left for when the video is asked for.
        """


def detect_ahead(detect: Detect, paths: Iterable[Path]) -> None:
    """Let those detect ahead who can; files that are no videos are left out."""
    if isinstance(detect, DetectsAhead):
        detect.ahead([path for path in paths if is_video(path)])


def detect_by_default(path: Path) -> Detections:
    """The people in a video by the default detector, kept beside it.

    Raises
    ------
    InputError
        If the video or the detector cannot be used.
    """
    return detect_video(path, _default_detector())


@cache
def _default_detector() -> Detector:
    """Made once, since its networks take time to load."""
    from canonpose.detection.registry import create_detector

    return create_detector()


def to_skeleton(detections: Detections, target: Skeleton) -> Detections:
    """Detections with another skeleton's joints, by name.

    Raises
    ------
    InputError
        If a joint that the other skeleton needs is not there, nor what it is derived from.
    """
    source = detections.skeleton
    if missing := [joint for joint in target.detected if joint not in source]:
        raise InputError(
            f"{detections.source}: the detector finds {source.name!r}, without the joints "
            f"{short_list(missing)} of {target.name!r}; choose another layout or detector."
        )
    people = detections.people
    positions, scores = complete(people[..., :2], people[..., 2], source)
    positions, scores = convert(positions, scores, source, target.detected_only())
    people = np.concatenate([positions, scores[..., None]], axis=-1)
    return replace(detections, people=people, skeleton=target)
