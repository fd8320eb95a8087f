"""Stretches of one video, detected by several processes at a time.

A detector begins anew at every chunk of `CHUNK` frames, so that chunks can be found in any order.
Each process keeps those of its stretch where `detect_video` looks for what an interrupted run has
left, and that puts them together.
"""

import math
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from canonpose.detection import cache as cache_module
from canonpose.detection.cache import cache_of
from canonpose.detection.detector import Detector
from canonpose.detection.footage import Progress, chunks_of
from canonpose.video.ahead import made_ahead
from canonpose.video.frame import Frame
from canonpose.video.frames import read_frames
from canonpose.video.opening import probe
from canonpose.video.timestamps import frame_times

PIECES = 4
"""Stretches for every process, so that none waits long for the last; more would decode more frames
twice, as one can only seek to a key frame."""
WORTH = 1.6
"""How many times as fast processes of one thread must be than they are alone. A network of two
threads is nearly twice as fast as one of one."""


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some chunks of a video in a row."""

    video: Path
    first: int
    """Number of its first chunk."""
    after: float | None
    """Time of the frame before; None at the start."""
    times: Float64[np.ndarray, " frame"]
    """Of its frames, as the file's index has them."""
    last: bool
    """Whether the video ends with it."""
    whole: int
    """Frames of the whole video."""


def stretches(video: Path, processes: int) -> list[Stretch]:
    """How processes share a video; empty where one of them had better take it whole.

    Raises
    ------
    InputError
        If it is no video.
    """
    length = probe(video).frames
    if processes < 2 or (length is not None and not _worthwhile(length, processes)):
        return []
    times = frame_times(video)
    if times is None or not _worthwhile(len(times), processes):
        return []
    chunk = cache_module.CHUNK
    number = math.ceil(len(times) / chunk)
    step = math.ceil(number / (PIECES * processes))
    made = []
    for first in range(0, number, step):
        begin, end = first * chunk, (first + step) * chunk
        after = float(times[begin - 1]) if begin else None
        made.append(Stretch(video, first, after, times[begin:end], end >= len(times), len(times)))
    return made


def _worthwhile(frames: int, processes: int) -> bool:
    """Whether the process with the most chunks has few enough."""
    chunk = cache_module.CHUNK
    most = math.ceil(math.ceil(frames / chunk) / processes) * chunk
    return frames >= WORTH * most


def detect_stretch(
    stretch: Stretch,
    detector: Detector,
    *,
    decoding_threads: int = 0,
    progress: Progress | None = None,
) -> bool:
    """Find everyone in a stretch, and keep it for `detect_video`.

    Parameters
    ----------
    stretch : Stretch
    detector : Detector
    decoding_threads : int
        As of `detect_video`.
    progress : callable, optional
        Called after every frame with how many of the stretch are done and how many the video has.

    Returns
    -------
    bool
        Whether all of it is kept now. It is not where frames come at other times than the index
        says, as behind a damaged one; `detect_video` then does the rest itself.

    Raises
    ------
    InputError
        If the video cannot be decoded.
    """
    kept = cache_of(stretch.video, detector)
    if kept.finished() is not None:
        return True
    chunk = cache_module.CHUNK
    pieces = [stretch.times[begin : begin + chunk] for begin in range(0, len(stretch.times), chunk)]
    there = 0
    while there < len(pieces) and kept.has(stretch.first + there, len(pieces[there])):
        there += 1
    if there == len(pieces):
        return True

    def shown(done: int, total: int | None) -> None:
        if progress is not None:
            progress(done - stretch.first * chunk, stretch.whole)

    info = probe(stretch.video)
    with made_ahead(lambda: _frames(stretch, there * chunk, decoding_threads)) as frames:
        for number, record in enumerate(chunks_of(frames, detector, info, shown), start=there):
            expected = pieces[number] if number < len(pieces) else np.empty(0)
            if not np.array_equal(record.times, expected):
                return False
            kept.keep(stretch.first + number, record)
            there = number + 1
    return there == len(pieces)


def _frames(stretch: Stretch, skipped: int, threads: int) -> Generator[Frame, None, None]:
    """A stretch's frames but the first few; to the video's end where the stretch is its last, so
    that more frames than expected are found out.
    """
    first = stretch.first * cache_module.CHUNK + skipped
    after = float(stretch.times[skipped - 1]) if skipped else stretch.after
    every = read_frames(stretch.video, first, after, lambda note: None, threads)
    with closing(every):
        yield from islice(every, None if stretch.last else len(stretch.times) - skipped)
