"""An H.264 file, written picture by picture at any times."""

from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import av
from av.video.reformatter import ColorRange, Colorspace
from jaxtyping import UInt8
from numpy import ndarray

from canonpose.errors import InputError

CLOCK = Fraction(1, 90_000)
"""Seconds; MPEG's own, in which usual frame rates are whole."""
_BT709 = 1
"""The standard's number for the colours of high definition: primaries, transfer and matrix."""

Result = TypeVar("Result")


class H264File:
    """A stream of pictures in a file; complete once it is left without an error.

    Parameters
    ----------
    path : Path
        Where to write.
    container : str
        FFmpeg's name of it.
    size : (width, height)
        Of all pictures, in pixels; even.
    fps : float
        Usual pictures a second, by which the encoder plans.
    quality : int
        Constant rate factor, 0 (best) to 51.
    """

    def __init__(self, path: Path, container: str, size: tuple[int, int], fps: float, quality: int):
        self.path = path
        self._last = -1
        self._file: Any = self._said(lambda: av.open(str(path), "w", format=container))
        rate = Fraction(fps).limit_denominator(1001)
        stream: Any = self._file.add_stream("h264", rate=rate)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(quality), "preset": "veryfast"}
        context = stream.codec_context
        context.time_base = CLOCK
        context.color_primaries = context.color_trc = context.colorspace = _BT709
        context.color_range = ColorRange.MPEG
        self._stream = stream

    def write(self, picture: UInt8[ndarray, "height width 3"], time: float) -> None:
        """Add a picture.

        Parameters
        ----------
        picture : array [height, width, 3]
            RGB.
        time : float
            Seconds since the start; later than the one before.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
            format="yuv420p", dst_colorspace=Colorspace.ITU709
        )
        # Times that stand still, as broken files have them, would be refused by the container.
        self._last = max(round(time / CLOCK), self._last + 1)
        frame.pts, frame.time_base = self._last, CLOCK
        self._said(lambda: self._file.mux(self._stream.encode(frame)))

    def __enter__(self) -> "H264File":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self._said(lambda: self._file.mux(self._stream.encode(None)))
            self._said(self._file.close)
        else:
            with suppress(av.FFmpegError):
                self._file.close()

    def _said(self, act: Callable[[], Result]) -> Result:
        """FFmpeg's errors that are not the system's, in one sentence."""
        try:
            return act()
        except av.FFmpegError as error:
            if isinstance(error, OSError):
                raise
            raise InputError(
                f"{self.path}: the video cannot be written ({error}); try another ending."
            ) from error
