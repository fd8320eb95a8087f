"""The frames of a video, one by one."""

import warnings
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from canonpose.errors import InputWarning
from canonpose.video.clock import Clock
from canonpose.video.frame import Frame
from canonpose.video.opening import (
    first_picture,
    frame_rate,
    import_av,
    length,
    open_video,
    picture_size,
    quarter_turns,
)

SEEKABLE = ("matroska", "mov,mp4")
"""What the names of formats begin with whose index allows to seek to a frame; others are decoded
from their start."""
SEEK_MARGIN = 2.0
"""Seconds to begin earlier than the key frame would do: where encoders refresh the picture bit by
bit, what they mark as key is complete only a while later."""
CUT_OFF = 0.5
"""Seconds; a video that ends earlier than it says by more than this is said to be cut off."""


def _warn(note: str) -> None:
    warnings.warn(note, InputWarning, stacklevel=2)


def read_frames(
    path: str | Path,
    first: int = 0,
    after: float | None = None,
    tell: Callable[[str], None] = _warn,
    threads: int = 0,
) -> Generator[Frame, None, None]:
    """The frames of a video from one of them to the last, upright; few are held at a time.

    All are of the size that `probe` tells, with square pixels, also where the file changes it.

    Times are the file's own timestamps, counted from its first frame (`Clock` says what becomes
    of bad ones). Pictures that cannot be decoded are left out; where the file is cut off, the
    frames before that come as usual, and a warning says where it ends.

    Parameters
    ----------
    path : path
        A video of any format and codec that FFmpeg decodes.
    first : int
        The index of the first frame to give.
    after : float, optional
        The time of the frame before it, if known from an earlier run: saves decoding from the
        start, in formats that have an index.
    tell : callable
        What to do with notes on damage; a warning unless given.
    threads : int
        Of the decoder; 0 is one for every core.

    Raises
    ------
    InputError
        If it is no video that can be decoded; the message says why and what to do.
    """
    path = Path(path)
    with open_video(path, threads) as (container, stream):
        clock = Clock(stream.time_base, frame_rate(stream))
        size = picture_size(stream)
        pictures = _Pictures(container, stream)
        sought = first > 0 and after is not None and _seek(pictures, path, clock, after)
        if sought or first == 0 or after is None:
            count = first if sought else 0
            pictures.go_on(count)
            for index, picture in enumerate(pictures, start=count):
                time = clock.time(picture.pts)
                count = index + 1
                if index >= first:
                    yield Frame(index, time, upright(picture, size))
            _tell_damage(pictures, path, clock, count, tell)
            return
    yield from read_frames(path, first, None, tell, threads)


def upright(picture: Any, size: tuple[int, int]) -> UInt8[np.ndarray, "height width 3"]:
    """A decoded picture as RGB, of a width and height, then turned as its file says."""
    # Threads would be made anew for every picture, for less than what they cost.
    image = picture.to_ndarray(format="rgb24", width=size[0], height=size[1], threads=1)
    turns = quarter_turns(picture)
    return np.ascontiguousarray(np.rot90(image, turns)) if turns else image


class _Pictures:
    """Iterates over the decoded pictures of a stream, passing over those that are damaged."""

    def __init__(self, container: Any, stream: Any) -> None:
        self.container = container
        self.stream = stream
        self.damaged = 0
        """Packets that could not be decoded so far."""
        self.first_damage = 0
        """How many pictures came before the first of them."""
        self.given = 0
        """Pictures so far."""
        self._av = import_av()
        self._decoded = self._decode()

    def __iter__(self) -> Iterator[Any]:
        return self._decoded

    def go_on(self, first: int) -> None:
        """Count as if the next picture were this one, and none before had been damaged."""
        self.given, self.damaged = first, 0

    def _decode(self) -> Iterator[Any]:
        packets = self.container.demux(self.stream)
        while True:
            try:
                pictures = next(packets).decode()
            except StopIteration:
                return
            except self._av.error.EOFError:
                return
            except self._av.error.InvalidDataError:
                if not self.damaged:
                    self.first_damage = self.given
                self.damaged += 1
                continue
            for picture in pictures:
                self.given += 1
                yield picture


def _seek(pictures: _Pictures, path: Path, clock: Clock, after: float) -> bool:
    """Go behind the frame of a known time; False where that is not certain to be the one.

    It is certain where the format has an index, so that timestamps do not begin anew in its
    middle, and a frame of exactly that timestamp comes, none later before it.
    """
    container, stream = pictures.container, pictures.stream
    if not container.format.name.startswith(SEEKABLE) or clock.tick is None:
        return False
    clock.origin = first_picture(container, stream, path).pts
    if clock.origin is None:
        return False
    target = clock.origin + round(after / clock.tick)
    if clock.raw(target) != after:
        return False
    margin = round(SEEK_MARGIN / clock.tick)
    container.seek(max(target - margin, clock.origin), stream=stream, backward=True)
    for picture in pictures:
        if picture.pts is None or picture.pts > target:
            return False
        if picture.pts == target:
            clock.last = after
            return True
    return False


def _tell_damage(
    pictures: _Pictures, path: Path, clock: Clock, count: int, tell: Callable[[str], None]
) -> None:
    if clock.last is None:
        # Nothing came: say why, as `first_picture` does.
        first_picture(pictures.container, pictures.stream, path)
        return
    if pictures.damaged:
        tell(
            f"{path}: {pictures.damaged} of its pictures are damaged, the first about frame "
            f"{pictures.first_damage}, and left out; copy it again from the camera if you can."
        )
    # A file's own length counts its sound, which may go on for longer.
    told = pictures.stream.duration or not pictures.container.streams.audio
    seconds = length(pictures.container, pictures.stream) if told else None
    if seconds and clock.last + 1 / clock.fps < seconds - max(CUT_OFF, 2 / clock.fps):
        tell(
            f"{path}: ends at frame {count} ({clock.last:.2f} s), though it says that it is "
            f"{seconds:.2f} s long, so it is cut off; the frames before are used, copy it again "
            f"from the camera if you can."
        )
