"""Cameras whose frames do not fall together, brought to one clock."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.people.detections import Detections
from canonpose.people.resampling import clock_of, resampled, step_lengths
from canonpose.people.tracked_view import TrackedView
from canonpose.people.tracks import along

FPS_TOLERANCE = 0.01
"""Relative; rates so near, as 29.97 and 30, may be one that a file rounds."""
SPARSE = 10
"""Moments a frame, beyond which times are taken to be of several recordings, if there are more than
`MOST_MOMENTS`, which need little memory."""
MOST_MOMENTS = 100_000
EVEN = 0.25
"""Frames that a moment may lie off an even spacing: by a timestamp that is not even, or at the end
of a take where rates differ. 29.97 and 30 part by so much in 8 s."""

Clock = Float[np.ndarray, " frame"]
"""What a camera's clock shows at each of its frames, seconds."""


@dataclass(frozen=True)
class Timing:
    """How the clocks of a take's cameras differ, as far as is known.

    A camera's clock shows offset / rate + (1 + drift / 10^6) t when t seconds have passed since
    the first frame of a camera without offset. Clocks count from each camera's first frame; where
    no offset is given, not even 0, from the first frame of all (`beginnings`).
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


def frame_rates(views: Sequence[TrackedView], timing: Timing) -> dict[str, float | None]:
    """Frames per second of each camera; None for all where nobody tells.

    A camera whose file does not tell has the rate of those that do. These may count as one only
    where they hardly part over the length of the take.

    Raises
    ------
    InputError
        If a file does not tell and the others differ.

    """
    if timing.fps:
        return {view.camera: timing.fps for view in views}
    told = {view.camera: told_rate(view.detections) for view in views}
    known = {camera: rate for camera, rate in told.items() if rate}
    if not known or len(known) == len(told):
        return dict(told)
    first = next(iter(known.values()))
    if _parted(known.values(), max(len(view.detections) for view in views)) >= EVEN:
        silent = next(camera for camera, rate in told.items() if not rate)
        raise InputError(
            f"{timing.where}: the cameras' frame rates differ, and the file of camera {silent!r} "
            f"does not tell its own; add it there, set fps in capture.toml if all film at one, or "
            f"leave the camera out."
        )
    return {camera: rate or first for camera, rate in told.items()}


def told_rate(detections: Detections) -> float | None:
    """Frames per second as the file tells, by its times if need be; None where it does not."""
    if detections.fps or detections.times is None or len(detections) < 2:
        return detections.fps
    return float(1 / np.median(np.diff(detections.times)))


def _parted(rates: Iterable[float], frames: int) -> float:
    """Frames by which cameras of these rates are apart after so many."""
    values = list(rates)
    return (max(values) / min(values) - 1) * frames


def beginnings(views: Sequence[TrackedView], timing: Timing) -> dict[str, float]:
    """Seconds from the earliest camera's first frame to each one's, as far as files' times tell.

    The times of a take's files are taken as one clock, which may count from anywhere (a day's
    start, 1970, the first frame as a video's do): what all share means nothing, and by what they
    differ the cameras began one after the other. A camera without times begins with the earliest.
    Offsets and fps in ``capture.toml`` stand for what the times say, for all cameras of the take.
    """
    if timing.fps is not None or any(view.camera in timing.offsets for view in views):
        return {view.camera: 0.0 for view in views}
    firsts = {
        view.camera: float(view.detections.times[0])
        for view in views
        if view.detections.times is not None
    }
    earliest = min(firsts.values(), default=0.0)
    return {view.camera: firsts.get(view.camera, earliest) - earliest for view in views}


def frames_fall_together(
    views: Sequence[TrackedView], rates: Mapping[str, float | None], timing: Timing
) -> bool:
    """Whether frames can be taken as they are: one rate, even times, whole offsets, no drift.

    Rates are one where, whichever of them is taken for all, no frame of the take is `EVEN` or more
    off its moment: 29.97 and 30 for some seconds, and for minutes no more.
    """
    whole = all(float(timing.offsets.get(view.camera, 0.0)).is_integer() for view in views)
    steady = not any(timing.drifts.get(view.camera) for view in views)
    if not (whole and steady):
        return False
    clocks = _clocks(views, rates, timing)
    for camera, clock in clocks.items():
        offset = timing.offsets.get(camera, 0.0)
        common, moments = clock - offset / (rates[camera] or 1.0), np.arange(len(clock)) - offset
        for rate in {rate or 1.0 for rate in rates.values()}:
            if not (np.abs(common * rate - moments) < EVEN).all():
                return False
    return True


def on_common_clock(
    views: Sequence[TrackedView], rates: Mapping[str, float | None], timing: Timing
) -> tuple[list[TrackedView], float, list[str]]:
    """All views at the same moments, which lie evenly at the lowest frame rate.

    Between frames a joint is interpolated linearly where both neighbours see it. A moment that is a
    camera's own frame takes that as it is.

    Parameters
    ----------
    views : sequence of TrackedView
    rates : mapping
        As `frame_rates` gives them.
    timing : Timing

    Returns
    -------
    views : list of TrackedView
    rate : float
        Moments per second; 1 where no rate is known.
    notes : list of str

    Raises
    ------
    InputError
        If the durations differ and nothing explains why, or no moment is common to all.

    """
    rate = min(rates[view.camera] or 1.0 for view in views)
    clocks = _clocks(views, rates, timing)
    begin, end = _common_time(views, clocks, rates, timing)
    first, last = int(np.ceil(begin * rate - 1e-6)), int(np.floor(end * rate + 1e-6))
    if last < first:
        raise InputError(f"{timing.where}: {_nothing_common(clocks, rates, timing)}")
    _check_length(last + 1 - first, clocks, timing)
    moments = np.arange(first, last + 1) / rate
    told = rate if any(rates.values()) else None
    moved = []
    for view in views:
        offset, pace = _clock_line(view.camera, rates, timing)
        moved.append(_at(view, clocks[view.camera], offset + pace * moments, told))
    return moved, rate, _notes(clocks, rates, timing, len(moments))


def _check_length(moments: int, clocks: Mapping[str, Clock], timing: Timing) -> None:
    """Refuse far more moments than there are frames: nothing is known of most of them."""
    camera = max(clocks, key=lambda camera: len(clocks[camera]))
    if moments <= max(MOST_MOMENTS, SPARSE * len(clocks[camera])):
        return
    clock = clocks[camera]
    pause = int(np.diff(clock).argmax())
    raise InputError(
        f"{timing.where}: {moments} moments for {len(clock)} frames of camera {camera!r}, whose "
        f"times pause for {clock[pause + 1] - clock[pause]:.0f} s after frame {pause}; part the "
        f"recording there into takes."
    )


def _clocks(
    views: Sequence[TrackedView], rates: Mapping[str, float | None], timing: Timing
) -> dict[str, Clock]:
    """Seconds of each camera's frames, or frames where no rate is known; a camera each."""
    starts = beginnings(views, timing)
    return {
        view.camera: starts[view.camera]
        + clock_of(view.detections, rates[view.camera] or 1.0, own=timing.fps is None)
        for view in views
    }


def _clock_line(
    camera: str, rates: Mapping[str, float | None], timing: Timing
) -> tuple[float, float]:
    """What the camera's clock shows at the common time 0, and how much faster it runs."""
    offset = timing.offsets.get(camera, 0.0) / (rates[camera] or 1.0)
    return offset, 1 + timing.drifts.get(camera, 0.0) / 1e6


def begin_apart(starts: Iterable[float], rate: float) -> bool:
    """Whether cameras begin at so different times, in seconds, that no frames fall together."""
    values = list(starts)
    return bool((max(values) - min(values)) * rate > EVEN)


def _common_time(
    views: Sequence[TrackedView],
    clocks: Mapping[str, Clock],
    rates: Mapping[str, float | None],
    timing: Timing,
) -> tuple[float, float]:
    """Seconds of the common clock from which and to which all cameras film."""
    lines = {camera: _clock_line(camera, rates, timing) for camera in clocks}
    begins = {c: (clocks[c][0] - offset) / pace for c, (offset, pace) in lines.items()}
    ends = {c: (clocks[c][-1] - offset) / pace for c, (offset, pace) in lines.items()}
    closed = {view.camera: ends[view.camera] for view in views if not view.open_ended} or ends
    shortest, longest = min(closed, key=closed.__getitem__), max(closed, key=closed.__getitem__)
    rate = min(rates[camera] or 1.0 for camera in clocks)
    explained = (
        timing.trim
        or any(timing.offsets.get(camera) for camera in clocks)
        or begin_apart((clock[0] for clock in clocks.values()), rate)
    )
    # Files of one length that begin together end as far apart as their clocks have drifted.
    paces = [pace for _, pace in lines.values()]
    drifted = (max(paces) - min(paces)) * closed[longest]
    if closed[longest] - closed[shortest] > 1.5 / rate + drifted and not explained:
        known = any(rates.values())
        raise InputError(
            f"{timing.where}: camera {shortest!r} {_length(clocks[shortest], known)}, camera "
            f"{longest!r} {_length(clocks[longest], known)}; if they start together set trim = "
            f"true in capture.toml, else give the [offsets] there, or let `canonpose sync` find "
            f"them{_if_rounded(rates)}."
        )
    return max(begins.values()), closed[shortest]


def _if_rounded(rates: Mapping[str, float | None]) -> str:
    """What else may be, where rates differ so little that a file may have rounded one."""
    known = sorted({rate for rate in rates.values() if rate})
    if len(known) < 2 or known[-1] - known[0] > FPS_TOLERANCE * known[-1]:
        return ""
    return (
        f"; if all film at one rate, which some file rounds ({known[0]:g} and {known[-1]:g}), set "
        f"fps there"
    )


def _length(clock: Clock, known: bool) -> str:
    """How long a camera films, in frames where no rate is known."""
    return f"films for {clock[-1] - clock[0]:.2f} s" if known else f"has {len(clock)} frames"


def _at(
    view: TrackedView,
    clock: Clock,
    moments: Float[np.ndarray, " moment"],
    rate: float | None,
) -> TrackedView:
    """The view at other moments of its clock; each person has a slot of their own there."""
    people = np.stack([along(view.detections.people, track) for track in view.tracks], axis=1)
    moved = resampled(people, clock, moments)
    present = (moved[..., 2] > 0).any(-1).T
    slots = np.arange(len(view.tracks))[:, None]
    detections = replace(view.detections, people=moved, fps=rate, times=None)
    return replace(view, detections=detections, tracks=np.where(present, slots, -1))


def _notes(
    clocks: Mapping[str, Clock],
    rates: Mapping[str, float | None],
    timing: Timing,
    moments: int,
) -> list[str]:
    known = [rate for rate in rates.values() if rate]
    at = f" at {min(known):g} fps" if known else ""
    notes = []
    for camera, clock in clocks.items():
        why = [f"{rates[camera]:g} fps"] if len(set(known)) > 1 else []
        if begin_apart((0.0, clock[0]), min(known, default=1.0)):
            why.append(f"begins {clock[0]:.3f} s after the first by its file's times")
        if offset := timing.offsets.get(camera):
            why.append(f"shifted by {offset:g} frames")
        if drift := timing.drifts.get(camera):
            why.append(f"drift {drift:g} ppm")
        even = step_lengths(clock)
        if np.ptp(even) > 2 * EVEN * float(np.median(even)):
            why.append("uneven times")
        if why:
            notes.append(
                f"camera {camera!r}: {', '.join(why)}; interpolated to {moments} moments{at}"
            )
    return notes


def _nothing_common(
    clocks: Mapping[str, Clock], rates: Mapping[str, float | None], timing: Timing
) -> str:
    starts = {camera: float(clock[0]) for camera, clock in clocks.items()}
    if begin_apart(starts.values(), min(rates[camera] or 1.0 for camera in clocks)):
        first, last = min(starts, key=starts.__getitem__), max(starts, key=starts.__getitem__)
        return (
            f"no moment is common to all cameras, as the times of camera {last!r} begin "
            f"{starts[last]:.2f} s after those of camera {first!r}; if these are not one clock, "
            f"let each file's times begin at 0, or give the [offsets] in capture.toml."
        )
    given = [f"{c} = {timing.offsets[c]:g}" for c in clocks if timing.offsets.get(c)]
    return (
        f"no common frames are left after shifting cameras by {', '.join(given) or 'nothing'}; "
        f"correct the offsets in capture.toml."
    )
