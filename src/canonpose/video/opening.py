"""Opening a video file, and saying what is wrong where that fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from canonpose.datamodel import ASSUMED_FPS
from canonpose.errors import InputError
from canonpose.files import unreadable
from canonpose.video.frame import VideoInfo

VIDEO_ENDINGS = (
    ".3gp",
    ".avi",
    ".flv",
    ".m2ts",
    ".m4v",
    ".mkv",
    ".mov",
    ".mp4",
    ".mpeg",
    ".mpg",
    ".mts",
    ".ogv",
    ".ts",
    ".webm",
    ".wmv",
)
"""What videos' names end in. It tells what a folder holds; a file that is named is opened as what
it is, whatever its name."""

UPRIGHT = 90
"""Degrees; files turn their pictures by multiples of it."""


def is_video(path: Path) -> bool:
    """Whether a file's name is that of a video."""
    return path.suffix.lower() in VIDEO_ENDINGS


def probe(path: str | Path) -> VideoInfo:
    """What a video file says of itself; only its first picture is decoded.

    Raises
    ------
    InputError
        If it is no video that can be decoded; the message says why and what to do.
    """
    path = Path(path)
    with open_video(path) as (container, stream):
        width, height = picture_size(stream)
        turn = quarter_turns(first_picture(container, stream, path))
        if turn % 2:
            width, height = height, width
        fps, seconds = frame_rate(stream), length(container, stream)
        frames = stream.frames or (round(seconds * fps) if seconds else None)
        return VideoInfo(path, width, height, fps, frames, seconds, bool(container.streams.audio))


@contextmanager
def open_video(path: Path, threads: int = 0) -> Iterator[tuple[Any, Any]]:
    """A PyAV container and its video stream, ready to decode on so many cores; 0 is all.

    Raises
    ------
    InputError
        If the file cannot be opened, holds no video stream, or no decoder knows its codec.
    """
    with open_container(path) as container:
        # Music files carry their cover as a video stream of one picture.
        streams = [s for s in container.streams.video if not _is_cover(s)]
        if not streams:
            kinds = sorted({stream.type for stream in container.streams})
            what = f"only {' and '.join(kinds)}" if kinds else "no stream at all"
            raise InputError(f"{path}: holds no video, {what}; pass the file with the pictures.")
        stream = streams[0]
        if stream.codec_context is None:
            raise InputError(
                f"{path}: is of a codec that this FFmpeg does not decode; convert it to H.264."
            )
        stream.thread_type = "NONE" if threads == 1 else "AUTO"
        stream.codec_context.thread_count = threads
        yield container, stream


@contextmanager
def open_container(path: Path) -> Iterator[Any]:
    """A media file opened by PyAV, for its duration.

    Raises
    ------
    InputError
        If PyAV is not installed, or the file is missing, empty, cut off or no media file.
    """
    av = import_av()
    head = _head(path)
    try:
        # "file:" and the list of protocols: a name is never taken for an address, and a playlist
        # that calls itself a video cannot fetch anything.
        container = av.open(f"file:{path}", options={"protocol_whitelist": "file"})
    except (av.error.FFmpegError, OSError) as error:
        raise _not_opened(path, head, error) from error
    with container:
        yield container


def import_av() -> Any:
    """PyAV, which is an extra.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        import av
    except ImportError as error:
        raise InputError(
            "videos are read by PyAV, which is not installed; pip install 'canonpose[video]'."
        ) from error
    return av


def first_picture(container: Any, stream: Any, path: Path) -> Any:
    """The first picture that can be decoded.

    Raises
    ------
    InputError
        If none can.
    """
    av = import_av()
    try:
        for packet in container.demux(stream):
            try:
                pictures = packet.decode()
            except av.error.InvalidDataError:
                continue
            if pictures:
                return pictures[0]
    except av.error.FFmpegError:
        pass  # cut off before the first picture: said below
    raise InputError(
        f"{path}: not one of its pictures can be decoded, so it is cut off or damaged; copy or "
        f"record it again."
    )


def quarter_turns(picture: Any) -> int:
    """How often to turn a decoded picture by 90 degrees, against the clock, to have it upright.

    Phones write pictures as the sensor lies, and a display matrix that says how to turn them.
    """
    return round(picture.rotation / UPRIGHT) % 4


def picture_size(stream: Any) -> tuple[int, int]:
    """Width and height of a video's pictures, with square pixels, before they are turned upright.

    Where pixels are not square, the shorter of their sides is stretched. Pictures may come in other
    sizes later: joined recordings, or a telephone in a call.
    """
    width, height = stream.codec_context.width, stream.codec_context.height
    aspect = stream.sample_aspect_ratio
    if not aspect or aspect <= 0:
        return width, height
    return round(width * max(aspect, 1)), round(height * max(1 / aspect, 1))


def frame_rate(stream: Any) -> float:
    """Frames per second on average, as far as the file tells, else `ASSUMED_FPS`."""
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < rate < 100_000:
            return float(rate)
    return ASSUMED_FPS


def length(container: Any, stream: Any) -> float | None:
    """Seconds of a stream, where the file tells; else of the whole file."""
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    microseconds = container.duration
    return microseconds / 1e6 if microseconds and microseconds > 0 else None


def _is_cover(stream: Any) -> bool:
    return bool(stream.disposition & import_av().stream.Disposition.attached_pic)


def _head(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise InputError(f"{path}: is a folder; pass a video file.")
        with path.open("rb") as file:
            head = file.read(12)
    except OSError as error:
        raise unreadable(path, error) from error
    if not head:
        raise InputError(f"{path}: is empty (0 bytes); copy it again from the camera.")
    return head


def _not_opened(path: Path, head: bytes, error: Exception) -> InputError:
    if head[4:8] in (b"ftyp", b"mdat", b"wide", b"free"):
        return InputError(
            f"{path}: is cut off: the index (moov), which cameras write at the very end, is "
            f"missing or damaged; copy it again from the camera, or mend it with a tool that "
            f"rebuilds the index."
        )
    reason = getattr(error, "strerror", None) or str(error)
    return InputError(
        f"{path}: is no video, or of a format that FFmpeg does not know ({reason}); check the path."
    )
