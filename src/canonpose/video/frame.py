"""One frame of a video, and what a video file says of itself."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded picture."""

    index: int
    """Its place in the video, from 0."""
    time: float
    """Seconds since the video's first frame, by the file's own timestamps."""
    image: UInt8[np.ndarray, "height width 3"]
    """RGB, upright: the file's rotation is applied."""


@dataclass(frozen=True)
class VideoInfo:
    """What a video file says of itself before it is decoded."""

    path: Path
    width: int
    """Of upright pictures, in pixels."""
    height: int
    fps: float
    """Frames per second, on average."""
    frames: int | None
    """How many there are, where the file tells or its length does; an estimate."""
    seconds: float | None
    """How long it is, where the file tells."""
    has_audio: bool
