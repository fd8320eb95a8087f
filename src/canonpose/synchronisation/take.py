"""One take's cameras synchronised: from motion, from sound, and how sure that is."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.people.tracked_view import TrackedView
from canonpose.readers.common_clock import (
    FPS_TOLERANCE,
    Timing,
    begin_apart,
    beginnings,
    frame_rates,
    told_rate,
)
from canonpose.readers.takes import TakePlan, left_out, read_recordings
from canonpose.readers.videos import Detect, detect_by_default
from canonpose.shifts.confidence import RIGHT, SURE, misfits
from canonpose.shifts.estimate import Estimate, estimate
from canonpose.shifts.signals import Signals
from canonpose.shifts.views import Watched
from canonpose.synchronisation.audio import AudioShift, audio_shift
from canonpose.synchronisation.drift import Drift, drifts
from canonpose.video.opening import is_video

PRECISION = 0.008
"""Seconds; the median error of offsets on real and virtual footage. An offset is written as a whole
number of frames where that is as likely: with whole offsets no frame need be interpolated."""
APART = 0.1
"""Seconds by which sound may differ from motion; it travels 30 m in that time."""
AUDIO_RATE = 8000
LEAST_MOTION = 0.006
"""Body sizes (standard deviation); a person who moves less cannot be told from a detector's
jitter."""

Sound = tuple[Float32[np.ndarray, " sample"], float]
"""Samples, and the seconds from the first frame to the first sample."""
Listen = Callable[[Path, int], Sound | None]
"""The sound of a camera's file at a rate, where it has any."""


@dataclass(frozen=True)
class CameraClock:
    """What was found out about one camera."""

    camera: str
    offset: float
    """Frames of its own, as it is written: camera[t + offset] shows what the others show at t. 0
    where it is not known from 0: cameras are mostly either in step or far out of it."""
    seconds: float
    """The same in seconds, as estimated."""
    drift: float
    """Parts per million by which its clock runs fast; 0 where none is significant."""
    drift_error: float
    """Standard error of the drift, ppm; infinite where the take is too short to tell."""
    confidence: float
    """0..1."""
    error: float
    """Standard error of the offset as motion tells it, seconds."""
    source: str
    """"motion", "sound", "motion and sound", or "reference"."""


@dataclass(frozen=True, eq=False)
class TakeClocks:
    """One take, synchronised as far as it can be."""

    name: str
    clocks: tuple[CameraClock, ...]
    estimate: Estimate
    notes: tuple[str, ...]
    """What a user should know; sound that contradicts motion, for one."""
    problem: str = ""
    """Why no offsets should be used, in a sentence; empty where they should."""
    told: bool = False
    """Whether the files' times tell of different beginnings, which hold where no offset is given,
    so that offsets of 0 have to be written as well."""


def sound_of(path: Path, rate: int) -> Sound | None:
    """The sound of a video; None for what is no video, or has no sound."""
    from canonpose.video.audio import read_audio  # brings a decoder along

    return read_audio(path, rate) if is_video(path) else None


def synchronise_take(
    plan: TakePlan, detect: Detect = detect_by_default, listen: Listen = sound_of
) -> TakeClocks:
    """Find the offsets and drifts of one take's cameras.

    Offsets in ``capture.toml`` are not relied on, as they may be what is wrong.

    Parameters
    ----------
    plan : TakePlan
        What to read.
    detect : callable
        How to find the people in a video.
    listen : callable
        Gives the sound of a camera's file, None where it has none.

    Raises
    ------
    InputError
        If a file cannot be used.
    """
    views = read_recordings(plan, detect)
    timing = replace(plan.timing, offsets={}, drifts={})
    known = frame_rates(views, timing)
    if not all(known.values()):
        raise InputError(f"{plan.where}: no file tells its frame rate; set fps in capture.toml.")
    rates = {camera: float(rate or 0) for camera, rate in known.items()}
    found = synchronise_views(views, rates, plan.persons, own=plan.fps is None)
    cameras = [view.camera for view in views]
    sounds = {camera: listen(plan.cameras[camera], AUDIO_RATE) for camera in cameras}
    clocks = _take_clocks(plan, found, rates, _heard(sounds, _paces(views, timing)))
    told = begin_apart(beginnings(views, timing).values(), min(rates.values()))
    silence = _silence(plan, sounds) if clocks.problem else ""
    unseen = tuple(f"take {plan.name!r}, {note}" for note in left_out(plan, views))
    notes = (*clocks.notes, *unseen)
    return replace(clocks, told=told, problem=clocks.problem + silence, notes=notes)


def synchronise_views(
    views: Sequence[TrackedView],
    rates: Mapping[str, float],
    persons: Mapping[str, int],
    *,
    own: bool = True,
) -> Estimate:
    """`estimate` from everyone whom the cameras saw, by the files' ``own`` times or without."""
    return estimate(
        [Watched.of(view, rates[view.camera], persons.get(view.camera), own=own) for view in views]
    )


def _take_clocks(
    plan: TakePlan,
    found: Estimate,
    rates: Mapping[str, float],
    sounds: Mapping[str, AudioShift],
) -> TakeClocks:
    parted = drifts(found.signals, found.offsets)
    clocks, notes = [], []
    known = zip(found.cameras, parted, found.confidence, found.standard_error, strict=True)
    for camera, drift, sure, error in known:
        said = (float(sure), float(error))
        clock, note = _clock(camera, drift, said, rates[camera], sounds.get(camera))
        clocks.append(clock)
        notes += [f"take {plan.name!r}, camera {camera!r}: {note}"] if note else []
    clocks[0] = _reference(clocks)
    unsure = [clock.camera for clock in clocks if clock.confidence < SURE]
    problem = _problem(plan, found, unsure) if unsure else ""
    return TakeClocks(plan.name, tuple(clocks), found, tuple(notes), problem)


def _clock(
    camera: str, drift: Drift, motion: tuple[float, float], rate: float, sound: AudioShift | None
) -> tuple[CameraClock, str]:
    """What motion (its confidence and standard error) and sound say, and where they differ."""
    sure, error = motion
    seconds, ppm, source, note = drift.offset, drift.ppm, "motion", ""
    if sound is not None:
        apart = abs(sound.seconds - seconds)
        if apart <= APART:
            sure, source = 1 - (1 - sure) * (1 - sound.confidence), "motion and sound"
        elif sound.confidence >= SURE:
            note = (
                f"sound says {sound.seconds:+.2f} s ({sound.confidence:.2f}), motion "
                f"{seconds:+.2f} s ({sure:.2f})"
            )
            if sure < SURE:
                seconds, ppm, sure, source = sound.seconds, 0.0, sound.confidence, "sound"
    known = PRECISION if source == "sound" else min(error, RIGHT)
    offset = 0.0 if abs(seconds) <= known else rounded(seconds, rate)
    return CameraClock(
        camera, offset, seconds, round(ppm, 1), drift.standard_error, sure, error, source
    ), note


def _reference(clocks: Sequence[CameraClock]) -> CameraClock:
    best = max(clock.confidence for clock in clocks[1:])
    return CameraClock(clocks[0].camera, 0.0, 0.0, 0.0, 0.0, best, 0.0, "reference")


def rounded(seconds: float, rate: float) -> float:
    """An offset as it is written, in frames: to a tenth, whole where that is within `PRECISION`."""
    frames = seconds * rate
    whole = round(frames)
    return float(whole) if abs(frames - whole) <= PRECISION * rate else round(frames, 1)


def _paces(views: Sequence[TrackedView], timing: Timing) -> dict[str, float]:
    """Seconds that pass on each camera's clock in one of its file; they differ by fps given.

    A film that plays slower than it was shot has its sound slowed as well, if it has any. NaN
    where the file does not tell its rate.
    """
    if timing.fps is None:
        return {view.camera: 1.0 for view in views}
    return {view.camera: (told_rate(view.detections) or np.nan) / timing.fps for view in views}


def _heard(sounds: Mapping[str, Sound | None], paces: Mapping[str, float]) -> dict[str, AudioShift]:
    """What the sound says of every camera against the first, where both have any of one pace."""
    (first, reference), *others = sounds.items()
    shifts = {}
    for camera, sound in others if reference is not None else ():
        alike = abs(paces[camera] - paces[first]) <= FPS_TOLERANCE * paces[first]
        if sound is None or reference is None or not alike:
            continue
        shift = audio_shift(reference[0], sound[0], AUDIO_RATE)
        if shift is not None:
            seconds = (shift.seconds + sound[1] - reference[1]) * paces[first]
            shifts[camera] = AudioShift(seconds, shift.confidence, shift.curve)
    return shifts


def _silence(plan: TakePlan, sounds: Mapping[str, Sound | None]) -> str:
    """Which videos have no sound that could tell instead, in a sentence."""
    silent = [
        camera
        for camera, sound in sounds.items()
        if is_video(plan.cameras[camera]) and (sound is None or not sound[0].any())
    ]
    if not silent:
        return ""
    who = f"camera {silent[0]!r} has" if len(silent) == 1 else f"cameras {short_list(silent)} have"
    return f" Sound does not tell either: {who} no sound."


def _problem(plan: TakePlan, found: Estimate, unsure: Sequence[str]) -> str:
    still = [
        camera
        for camera, people in zip(found.cameras, found.signals, strict=True)
        if max(_liveliness(person) for person in people) < LEAST_MOTION
    ]
    if still:
        return (
            f"{plan.where}: {_cameras(still)} too little movement to tell when; film "
            f"somebody moving about, or give [offsets] in capture.toml."
        )
    groups = [
        f"{short_list(found.cameras[camera] for camera in group)} (confidence {sure:.2f})"
        for group, sure in misfits(found.solution)
    ]
    return (
        f"{plan.where}: no shift is found surely at which these cameras move as the others do: "
        f"{'; '.join(groups) or short_list(unsure)}; check that all files show one scene for some "
        f"seconds together, or give [offsets] in capture.toml."
    )


def _cameras(names: Sequence[str]) -> str:
    return f"camera {names[0]!r} sees" if len(names) == 1 else f"cameras {short_list(names)} see"


def _liveliness(signals: Signals) -> float:
    """How far joints move about their mean, body sizes (standard deviation)."""
    weights = signals.weights[..., None]
    total = np.maximum(weights.sum(0), 1e-9)
    means = (weights * signals.values).sum(0) / total
    energy = float((weights * (signals.values - means) ** 2).sum())
    return float(np.sqrt(energy / total.sum()))
