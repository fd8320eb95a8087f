"""The sound of a video, for synchronisation."""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from canonpose.video.opening import first_picture, import_av, open_container, open_video

Samples = Float32[np.ndarray, " _"]

GAP = 0.1
"""Seconds of sound missing by the timestamps, from which on silence is put in."""


def read_audio(path: str | Path, rate: int = 8000) -> tuple[Samples, float] | None:
    """The sound as one channel, and when it begins.

    Parameters
    ----------
    path : path
        A video.
    rate : int
        Samples per second to bring it to.

    Returns
    -------
    samples : array [sample]
        -1..1; all channels mixed, silence where the file has a gap.
    start : float
        Seconds from the video's first frame to the first sample.

    or None where the video has no sound that can be decoded.

    Raises
    ------
    InputError
        If it is no video that can be decoded.
    """
    path = Path(path)
    with open_video(path) as (container, stream):
        picture = first_picture(container, stream, path)
        video_start = float(picture.pts * picture.time_base) if picture.pts is not None else 0.0
    with open_container(path) as container:
        streams = [s for s in container.streams.audio if s.codec_context is not None]
        if not streams:
            return None
        return _joined(_parts(container, streams[0], rate), rate, video_start)


def _parts(container: Any, stream: Any, rate: int) -> list[tuple[float | None, Samples]]:
    """Stretches of sound with the time of their first sample by the file's timestamps."""
    av = import_av()
    resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
    parts: list[tuple[float | None, Samples]] = []

    def keep(sounds: list[Any]) -> None:
        for sound in sounds:
            time = None if sound.pts is None else float(sound.pts * sound.time_base)
            parts.append((time, sound.to_ndarray()[0].astype(np.float32)))

    try:
        for packet in container.demux(stream):
            try:
                sounds = packet.decode()
            except av.error.InvalidDataError:
                continue  # a damaged packet leaves a gap, which its neighbours' times show
            for sound in sounds:
                keep(resampler.resample(sound))
        keep(resampler.resample(None))
    except av.error.FFmpegError:
        pass  # cut off: what came before is kept
    return parts


def _joined(
    parts: list[tuple[float | None, Samples]], rate: int, video_start: float
) -> tuple[Samples, float] | None:
    if not any(len(samples) for _, samples in parts):
        return None
    start = next((time for time, _ in parts if time is not None), video_start)
    pieces: list[Samples] = []
    end = start
    for time, samples in parts:
        if time is not None and time - end > GAP:
            silence = round((time - end) * rate)
            pieces.append(np.zeros(silence, dtype=np.float32))
            end += silence / rate
        pieces.append(samples)
        end += len(samples) / rate
    return np.concatenate(pieces), start - video_start
