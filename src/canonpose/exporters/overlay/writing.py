"""Overlay videos, written frame by frame."""

import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from canonpose.datamodel import ASSUMED_FPS, Poses
from canonpose.errors import InputError, InputWarning
from canonpose.exporters.overlay.settings import CONTAINERS, OverlaySettings
from canonpose.files import written_whole
from canonpose.video.frame import Frame

SAME_SHAPE = 0.02
"""How far the sides' ratio may be off where keypoints come from pictures of another size."""


def write_overlay(
    video: str | Path,
    poses: Poses,
    path: str | Path,
    *,
    settings: OverlaySettings | None = None,
    progress: Callable[[int], None] | None = None,
) -> Path:
    """Write a video with the 2D skeleton over the pictures and the 3D skeleton beside them.

    The frames keep the video's own times. No more than a few are in memory at once.

    Parameters
    ----------
    video : path
        The one that the poses were lifted from.
    poses : Poses
        One pose a frame of the video.
    path : path
        What to write: .mp4, .m4v, .mov or .mkv, as H.264. It is written whole or not at all.
    settings : OverlaySettings, optional
    progress : callable, optional
        Told after every frame how many are done.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputError
        If the video cannot be read, is not the one that the poses come from, or the file cannot be
        written.
    """
    from canonpose.video import read_frames

    video, path = Path(video), Path(path)
    if path.exists() and video.exists() and path.samefile(video):
        raise InputError(f"{path}: is the video itself; give the overlay another name.")
    # What is damaged in it was said when it was detected.
    frames = read_frames(video, tell=lambda note: None)
    write_frames(frames, poses, path, source=str(video), settings=settings, progress=progress)
    return path


def write_frames(
    frames: Iterable[Frame],
    poses: Poses,
    path: Path,
    *,
    source: str,
    settings: OverlaySettings | None = None,
    progress: Callable[[int], None] | None = None,
) -> None:
    """As `write_overlay`, from frames that somebody else decodes.

    Parameters
    ----------
    source : str
        Where the frames come from, for messages.
    """
    try:
        from canonpose.exporters.overlay.composition import Composition
        from canonpose.exporters.overlay.h264 import H264File
    except ImportError as error:
        raise InputError(
            f"{path}: cannot be written without {error.name}; run: pip install 'canonpose[video]'."
        ) from error
    settings = settings or OverlaySettings()
    container = CONTAINERS.get(path.suffix.lower())
    if container is None:
        raise InputError(
            f"{path}: an overlay is written as {', '.join(CONTAINERS)}; change the name's ending."
        )
    first, frames = _first_of(frames, source)
    size = first.image.shape[1], first.image.shape[0]
    check_same_pictures(poses, size, source)
    composition = Composition(poses, size, settings)
    fps = poses.fps if poses.fps and math.isfinite(poses.fps) else ASSUMED_FPS
    count = 0
    with (
        written_whole(path) as temporary,
        H264File(temporary, container, composition.size, fps, settings.quality) as file,
    ):
        for count, frame in enumerate(frames, start=1):
            file.write(composition.draw(frame.image, frame.index, frame.time), frame.time)
            if progress is not None:
                progress(count)
    if count != len(poses):
        warnings.warn(
            f"{source}: has {count} frames where there are {len(poses)} poses; the overlay takes "
            f"them to start together.",
            InputWarning,
            stacklevel=2,
        )


def _first_of(frames: Iterable[Frame], source: str) -> tuple[Frame, Iterator[Frame]]:
    """The first frame, and all of them."""
    rest = iter(frames)
    for first in rest:
        return first, chain((first,), rest)
    raise InputError(f"{source}: has no frames to draw on; check the video.")


def check_same_pictures(poses: Poses, size: tuple[int, int], source: str) -> None:
    """Refuse pictures of another shape than those in which the keypoints were found.

    Raises
    ------
    InputError
        If so. Another size of the same shape is fine: a smaller copy of the video.
    """
    if poses.image_size is None:
        return
    (width, height), (own_width, own_height) = size, poses.image_size
    if abs(math.log(width / height * own_height / own_width)) > SAME_SHAPE:
        raise InputError(
            f"{source}: its pictures are {width} x {height}, but the keypoints were found in "
            f"{own_width} x {own_height}; give the video that they come from."
        )
