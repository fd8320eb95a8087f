"""The frames of a take that all its cameras cover."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from canonpose.errors import InputError
from canonpose.people.tracked_view import TrackedView
from canonpose.readers.common_clock import (
    Timing,
    frame_rates,
    frames_fall_together,
    on_common_clock,
)

Spans = dict[str, tuple[int, int]]
"""Camera to its own (first, behind the last) frame."""


def synchronised(
    views: Sequence[TrackedView], timing: Timing
) -> tuple[list[TrackedView], float | None, list[str]]:
    """A take's views, frame by frame at the same moments.

    Frames that fall together are taken as they are; else all cameras are brought to one clock
    (`canonpose.readers.common_clock`).

    Parameters
    ----------
    views : sequence of TrackedView
        As recorded.
    timing : Timing

    Returns
    -------
    views : list of TrackedView
        All of one length.
    fps : float or None
        Frames per second, None where nobody tells.
    notes : list of str
        What was cut and interpolated.

    Raises
    ------
    InputError
        If the lengths differ and nothing explains why, or no frame is common to all.

    """
    rates = frame_rates(views, timing)
    if not frames_fall_together(views, rates, timing):
        moved, rate, notes = on_common_clock(views, rates, timing)
        return moved, rate if any(rates.values()) else None, notes
    offsets = {camera: int(offset) for camera, offset in timing.offsets.items()}
    spans = common_spans(views, offsets, trim=timing.trim, where=timing.where)
    fps = next(iter(rates.values()))
    cut = [_on_one_clock(view.cut(*spans[view.camera]), fps) for view in views]
    return cut, fps, _notes_on_frames(views, spans)


def _on_one_clock(view: TrackedView, fps: float | None) -> TrackedView:
    """Without times and rate of its own: frame by frame, the cameras now share one clock."""
    return replace(view, detections=replace(view.detections, fps=fps, times=None))


def common_spans(
    views: Sequence[TrackedView], offsets: Mapping[str, int], *, trim: bool, where: str
) -> Spans:
    """Which frames of each camera show what all cameras show.

    Parameters
    ----------
    views : sequence of TrackedView
        The take's cameras.
    offsets : mapping
        Camera to frames: camera[t + offset] shows what the others show at t; 0 unless given.
    trim : bool
        Whether cameras of different length may be cut to what they share.
    where : str
        The take, for the message.

    Raises
    ------
    InputError
        If the lengths differ and neither ``trim`` nor an offset explains why, or no frame is
        common to all.

    """
    lengths = _lengths(views, offsets)
    shifted = any(offsets.get(view.camera) for view in views)
    shortest, longest = min(lengths, key=lengths.__getitem__), max(lengths, key=lengths.__getitem__)
    if lengths[shortest] != lengths[longest] and not trim and not shifted:
        raise InputError(
            f"{where}: camera {shortest!r} has {lengths[shortest]} frames, camera {longest!r} has "
            f"{lengths[longest]}; if they start together set trim = true in capture.toml, "
            f"else give the [offsets] there, or let `canonpose sync` find them."
        )
    begin = max(-offsets.get(camera, 0) for camera in lengths)
    end = min(length - offsets.get(camera, 0) for camera, length in lengths.items())
    if end <= begin:
        raise InputError(
            f"{where}: no common frames are left after shifting cameras by "
            f"{_in_words(offsets, lengths)}; correct the offsets in capture.toml."
        )
    return {
        camera: (begin + offsets.get(camera, 0), end + offsets.get(camera, 0)) for camera in lengths
    }


def _lengths(views: Sequence[TrackedView], offsets: Mapping[str, int]) -> dict[str, int]:
    """Frames of each camera; where a file's end is not the recording's, those of the longest."""
    lengths = {view.camera: len(view.detections) for view in views}
    end = max(length - offsets.get(camera, 0) for camera, length in lengths.items())
    for view in views:
        if view.open_ended:
            lengths[view.camera] = max(end + offsets.get(view.camera, 0), 0)
    return lengths


def _notes_on_frames(
    views: Sequence[TrackedView], spans: Mapping[str, tuple[int, int]]
) -> list[str]:
    notes = []
    for view in views:
        (first, stop), length = spans[view.camera], len(view.detections)
        if stop > length:
            notes.append(
                f"camera {view.camera!r}: ends {stop - length} frames before the others, and sees "
                f"nobody from there on"
            )
        if first > 0 or stop < length:
            notes.append(
                f"camera {view.camera!r}: frames {first} to {stop - 1} of {length} are used"
            )
    return notes


def _in_words(offsets: Mapping[str, int], cameras: Mapping[str, int]) -> str:
    given = [f"{camera} = {offsets[camera]}" for camera in cameras if offsets.get(camera)]
    return ", ".join(given) or "nothing"
