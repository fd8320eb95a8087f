"""Cameras whose frames do not fall together, brought to one clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.people.choice import View
from canonpose.people.detections import Detections
from canonpose.people.resampling import resampled, step_lengths
from canonpose.people.tracks import along

FPS_TOLERANCE = 0.01
"""Relative; 29.97 and 30 count as the same, unless the files' own times say otherwise."""
EVEN = 0.25
"""Frames that a timestamp may lie off an even spacing."""


@dataclass(frozen=True)
class Timing:
    """How the clocks of a take's cameras differ, as far as is known.

    A camera's clock shows offset / rate + (1 + drift / 10^6) t when t seconds have passed since
    the first frame of a camera without offset.
    """

    where: str
    """The take, for messages."""
    offsets: Mapping[str, float] = field(default_factory=dict)
    """Camera to frames of its own: camera[t + offset] shows what the others show at t."""
    drifts: Mapping[str, float] = field(default_factory=dict)
    """Camera to the parts per million by which its clock runs fast."""
    fps: float | None = None
    """In place of what the files say, for all cameras."""
    trim: bool = False
    """Whether cameras of different length may be cut to what they share."""


def frame_rates(views: Sequence[View], timing: Timing) -> dict[str, float | None]:
    """Frames per second of each camera; None for all where nobody tells.

    A camera whose file does not tell has the rate of those that do.

    Raises
    ------
    InputError
        If a file does not tell and the others differ.

    """
    if timing.fps:
        return {view.camera: timing.fps for view in views}
    told = {view.camera: _rate(view.detections) for view in views}
    known = {camera: rate for camera, rate in told.items() if rate}
    if not known or len(known) == len(told):
        return dict(told)
    first = next(iter(known.values()))
    if not _same(known.values()):
        silent = next(camera for camera, rate in told.items() if not rate)
        raise InputError(
            f"{timing.where}: the cameras' frame rates differ, and the file of camera {silent!r} "
            f"does not tell its own; add it there, or leave the camera out."
        )
    return {camera: rate or first for camera, rate in told.items()}


def _rate(detections: Detections) -> float | None:
    if detections.fps or detections.times is None or len(detections) < 2:
        return detections.fps
    return float(1 / np.median(np.diff(detections.times)))


def _same(rates: Iterable[float]) -> bool:
    values = list(rates)
    return max(values) - min(values) <= FPS_TOLERANCE * values[0]


def frames_fall_together(
    views: Sequence[View], rates: Mapping[str, float | None], timing: Timing
) -> bool:
    """Whether frames can be taken as they are: one rate, even times, whole offsets, no drift."""
    cameras = [view.camera for view in views]
    whole = all(float(timing.offsets.get(camera, 0.0)).is_integer() for camera in cameras)
    steady = not any(timing.drifts.get(camera) for camera in cameras)
    known = [rate for rate in rates.values() if rate]
    if not (whole and steady and (not known or _same(known))):
        return False
    return timing.fps is not None or all(
        view.detections.times is None
        or bool(
            (
                np.abs(view.detections.times * known[0] - np.arange(len(view.detections))) < EVEN
            ).all()
        )
        for view in views
    )


def on_common_clock(
    views: Sequence[View], rates: Mapping[str, float | None], timing: Timing
) -> tuple[list[View], float, list[str]]:
    """All views at the same moments, which lie evenly at the lowest frame rate.

    Between frames a joint is interpolated linearly where both neighbours see it. A moment that is a
    camera's own frame takes that as it is.

    Parameters
    ----------
    views : sequence of View
    rates : mapping
        As `frame_rates` gives them.
    timing : Timing

    Returns
    -------
    views : list of View
    rate : float
        Moments per second; 1 where no rate is known.
    notes : list of str

    Raises
    ------
    InputError
        If the durations differ and nothing explains why, or no moment is common to all.

    """
    speeds = {view.camera: rates[view.camera] or 1.0 for view in views}
    rate = min(speeds.values())
    clocks = {
        view.camera: clock_of(view.detections, speeds[view.camera], own=timing.fps is None)
        for view in views
    }
    begin, end = _common_time(views, clocks, speeds, timing, rate)
    first, last = int(np.ceil(begin * rate - 1e-6)), int(np.floor(end * rate + 1e-6))
    if last < first:
        raise InputError(
            f"{timing.where}: no common frames are left after shifting cameras by "
            f"{_in_words(timing, speeds)}; correct the offsets in capture.toml."
        )
    moments = np.arange(first, last + 1) / rate
    moved = []
    for view in views:
        offset, pace = _clock_line(view.camera, speeds, timing)
        moved.append(_at(view, clocks[view.camera], offset + pace * moments, rate))
    return moved, rate, _notes(views, speeds, timing, len(moments), rate)


def clock_of(
    detections: Detections, rate: float, *, own: bool = True
) -> Float[np.ndarray, " frame"]:
    """Seconds of each frame since the camera's first, by the file's times if it has them."""
    if own and detections.times is not None:
        return detections.times.astype(np.float64)
    return np.arange(len(detections)) / rate


def _clock_line(camera: str, speeds: Mapping[str, float], timing: Timing) -> tuple[float, float]:
    """What the camera's clock shows at the common time 0, and how much faster it runs."""
    return timing.offsets.get(camera, 0.0) / speeds[camera], 1 + timing.drifts.get(
        camera, 0.0
    ) / 1e6


def _common_time(
    views: Sequence[View],
    clocks: Mapping[str, Float[np.ndarray, " frame"]],
    speeds: Mapping[str, float],
    timing: Timing,
    rate: float,
) -> tuple[float, float]:
    """Seconds of the common clock from which and to which all cameras film."""
    begins, ends = {}, {}
    for view in views:
        offset, pace = _clock_line(view.camera, speeds, timing)
        begins[view.camera] = -offset / pace
        ends[view.camera] = (clocks[view.camera][-1] - offset) / pace
    closed = {view.camera: ends[view.camera] for view in views if not view.open_ended} or ends
    shortest, longest = min(closed, key=closed.__getitem__), max(closed, key=closed.__getitem__)
    shifted = any(timing.offsets.get(camera) for camera in ends)
    if closed[longest] - closed[shortest] > 1.5 / rate and not timing.trim and not shifted:
        raise InputError(
            f"{timing.where}: camera {shortest!r} films for {clocks[shortest][-1]:.2f} s, camera "
            f"{longest!r} for {clocks[longest][-1]:.2f} s; if they start together set trim = true "
            f"in capture.toml, else give the [offsets] there, or let `canonpose sync` find them."
        )
    return max(begins.values()), closed[shortest]


def _at(
    view: View,
    clock: Float[np.ndarray, " frame"],
    moments: Float[np.ndarray, " moment"],
    rate: float,
) -> View:
    """The view at other moments of its clock; each person has a slot of their own there."""
    people = np.stack([along(view.detections.people, track) for track in view.tracks], axis=1)
    moved = resampled(people, clock, moments)
    present = (moved[..., 2] > 0).any(-1).T
    slots = np.arange(len(view.tracks))[:, None]
    detections = replace(view.detections, people=moved, fps=rate, times=None)
    return replace(view, detections=detections, tracks=np.where(present, slots, -1))


def _notes(
    views: Sequence[View],
    speeds: Mapping[str, float],
    timing: Timing,
    moments: int,
    rate: float,
) -> list[str]:
    notes = []
    for view in views:
        camera = view.camera
        why = [f"{speeds[camera]:g} fps"] if not _same(speeds.values()) else []
        if offset := timing.offsets.get(camera):
            why.append(f"shifted by {offset:g} frames")
        if drift := timing.drifts.get(camera):
            why.append(f"drift {drift:g} ppm")
        even = step_lengths(clock_of(view.detections, speeds[camera]))
        if np.ptp(even) > 2 * EVEN * float(np.median(even)):
            why.append("uneven times")
        if why:
            notes.append(
                f"camera {camera!r}: {', '.join(why)}; interpolated to {moments} moments at "
                f"{rate:g} fps"
            )
    return notes


def _in_words(timing: Timing, cameras: Mapping[str, float]) -> str:
    given = [f"{c} = {timing.offsets[c]:g}" for c in cameras if timing.offsets.get(c)]
    return ", ".join(given) or "nothing"
