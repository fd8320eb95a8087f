"""A video file as if it were filmed right now."""

import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from canonpose.errors import InputError
from canonpose.live.latest import Shot
from canonpose.live.source import Source
from canonpose.video.frame import Frame

WORST_LAG = 0.5
"""Seconds; a video that cannot be decoded at its own speed is played more slowly."""


class Playback(Source):
    """A video at its own speed, by its timestamps.

    Parameters
    ----------
    path : path
        The video.
    loop : bool
        Start again at the end, and go on until stopped.
    read : callable, optional
        From a path to its frames; the package's own reader unless given.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        loop: bool = False,
        read: Callable[[Path], Iterable[Frame]] | None = None,
    ):
        super().__init__(Path(path).name)
        self.path = Path(path)
        self.loop = loop
        self._read = read
        self._frames: Iterator[Frame] = iter(())
        self._number = 0

    def _open(self) -> None:
        if self._read is None:
            from canonpose.video import read_frames

            self._read = read_frames
        self._frames = iter(self._read(self.path))
        # The first frame now: whatever is wrong with the file is said before anything is shown.
        first = next(self._frames, None)
        if first is None:
            raise InputError(f"{self.path}: has no frames to show; check the video.")
        self._first: Frame | None = first

    def _run(self) -> str:
        while self._play_once():
            if not self.loop:
                return "the video has ended"
            assert self._read is not None
            self._frames = iter(self._read(self.path))
        return "the video was stopped"

    def _play_once(self) -> bool:
        """Whether it was played to its end."""
        start = time.monotonic()
        for frame in self._all_frames():
            due = start + frame.time
            late = time.monotonic() - due
            if late > WORST_LAG:
                start += late
            if self._stopping.wait(max(-late, 0)):
                return False
            self.latest.put(Shot(self._number, time.monotonic(), frame.time, frame.image))
            self._number += 1
        return True

    def _all_frames(self) -> Iterator[Frame]:
        if self._first is not None:
            yield self._first
            self._first = None
        yield from self._frames

    def _close(self) -> None:
        close = getattr(self._frames, "close", None)  # of a generator: lets go of the file
        if close is not None:
            close()
