"""Everyone in a video, found once and kept."""

import warnings
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Float64

from canonpose.detection.cache import CHUNK, DetectionCache, cache_of
from canonpose.detection.detector import Detector
from canonpose.detection.record import Found, Record, join, stacked_frames
from canonpose.errors import InputError, InputWarning, NobodySeen
from canonpose.memory import keep_freed_memory
from canonpose.people.detections import Detections
from canonpose.video.ahead import made_ahead
from canonpose.video.frame import Frame, VideoInfo
from canonpose.video.frames import read_frames
from canonpose.video.opening import probe

Progress = Callable[[int, int | None], None]
"""Told how many frames are done, and of how many, where the file tells."""

Times = Float64[np.ndarray, " frame"]

FPS_TOLERANCE = 0.01
"""Relative; how far a file's own frame rate may be from that of its timestamps."""


def detect_video(
    path: str | Path,
    detector: Detector,
    *,
    cache: bool = True,
    decoding_threads: int = 0,
    progress: Progress | None = None,
) -> Detections:
    """Find everyone in every frame of a video.

    Frames are decoded in the background while the detector works. Results are kept in a hidden
    folder beside the video, by its content and the detector's version: a second run reads them,
    and one after an interruption goes on behind the last finished chunk, with the same result to
    the byte as if it had not been interrupted.

    Parameters
    ----------
    path : path
        The video.
    detector : Detector
    cache : bool
        Whether to use and keep results.
    decoding_threads : int
        Threads of the decoder; 0 is one for every core. One takes the least processor time, which
        counts where other processes have work for the other cores.
    progress : callable, optional
        Called after every frame with how many are done and how many there are in all.

    Returns
    -------
    Detections
        With times, frame rate and image size.

    Raises
    ------
    InputError
        If the video cannot be decoded.
    NobodySeen
        If nobody is found in all of it.
    """
    path = Path(path)
    kept = cache_of(path, detector) if cache else None
    record = kept.finished() if kept is not None else None
    if record is None:
        record = _detect(path, detector, kept, decoding_threads, progress)
    elif progress is not None:
        progress(len(record), len(record))
    for note in record.notes:
        warnings.warn(note, InputWarning, stacklevel=2)
    if not (record.people[..., 2] > 0).any():
        raise NobodySeen(
            f"{path}: nobody is found in any of its {len(record)} frames; check that it shows a "
            f"person large enough and in light, choose another detector, or leave this video out."
        )
    return Detections(
        people=record.people,
        skeleton=detector.skeleton,
        source=str(path),
        fps=record.fps,
        times=record.times,
        image_size=record.image_size,
        open_ended=True,
    )


def _detect(
    path: Path,
    detector: Detector,
    kept: DetectionCache | None,
    decoding_threads: int,
    progress: Progress | None,
) -> Record:
    keep_freed_memory()
    info = probe(path)
    chunks = kept.chunks() if kept is not None else []
    first = sum(map(len, chunks))
    after = float(chunks[-1].times[-1]) if chunks else None
    notes: list[str] = []

    def read() -> Generator[Frame, None, None]:
        return read_frames(path, first, after, notes.append, threads=decoding_threads)

    with made_ahead(read) as frames:
        for chunk in chunks_of(frames, detector, info, progress):
            if kept is not None and len(chunk) == CHUNK:
                kept.keep(len(chunks), chunk)
            chunks.append(chunk)
    whole = _whole(chunks, info, notes)
    if kept is not None:
        kept.finish(whole)
    return whole


def chunks_of(
    frames: Iterator[Frame], detector: Detector, info: VideoInfo, progress: Progress | None
) -> Iterator[Record]:
    """What is found in every `CHUNK` frames in a row; fewer at the end."""
    found: list[Found] = []
    times: list[float] = []

    def done() -> Record:
        record = Record(
            people=stacked_frames(found),
            times=np.array(times),
            joint_names=detector.skeleton.detected,
            image_size=(info.width, info.height),
            fps=info.fps,
        )
        found.clear()
        times.clear()
        return record

    for frame in frames:
        if not found:
            detector.begin()
        found.append(detector.detect(frame.image))
        times.append(frame.time)
        if progress is not None:
            progress(frame.index + 1, info.frames)
        if len(found) == CHUNK:
            yield done()
    if found:
        yield done()


def _whole(chunks: list[Record], info: VideoInfo, notes: list[str]) -> Record:
    """The chunks of a video as one record."""
    if not chunks:
        raise InputError(f"{info.path}: has no pictures; copy or record it again.")
    record = join(chunks)
    fps = _frame_rate(record.times, info.fps)
    return replace(record, fps=fps, notes=tuple(notes))


def _frame_rate(times: Times, told: float) -> float:
    """What the file tells, unless its timestamps clearly tell something else."""
    if len(times) < 2:
        return told
    measured = (len(times) - 1) / float(times[-1] - times[0])
    return told if abs(measured - told) < FPS_TOLERANCE * told else measured
