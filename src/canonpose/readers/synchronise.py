"""The frames of a take that all its cameras cover."""

from collections.abc import Mapping, Sequence

from canonpose.errors import InputError
from canonpose.people.choice import View

Spans = dict[str, tuple[int, int]]
"""Camera to its own (first, behind the last) frame."""


def common_spans(
    views: Sequence[View], offsets: Mapping[str, int], *, trim: bool, where: str
) -> Spans:
    """Which frames of each camera show what all cameras show.

    Parameters
    ----------
    views : sequence of View
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
            f"else give the [offsets] there."
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


def _lengths(views: Sequence[View], offsets: Mapping[str, int]) -> dict[str, int]:
    """Frames of each camera; where a file's end is not the recording's, those of the longest."""
    lengths = {view.camera: len(view.detections) for view in views}
    end = max(length - offsets.get(camera, 0) for camera, length in lengths.items())
    for view in views:
        if view.open_ended:
            lengths[view.camera] = max(end + offsets.get(view.camera, 0), 0)
    return lengths


def _in_words(offsets: Mapping[str, int], cameras: Mapping[str, int]) -> str:
    given = [f"{camera} = {offsets[camera]}" for camera in cameras if offsets.get(camera)]
    return ", ".join(given) or "nothing"
