"""Detections kept beside their video, so that nothing is detected twice."""

import os
import re
import warnings
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from canonpose.cache import cache_folder
from canonpose.detection.content_hash import content_hash, file_state, remembered_hash
from canonpose.detection.detector import Detector
from canonpose.detection.record import Record, read_record
from canonpose.errors import InputError, InputWarning

FOLDER = ".canonpose"
"""Beside the video; hidden, so that no reader takes it for a take."""
CHUNK = 256
"""Frames after which what was found is kept, and the detector begins anew. Part of what the
results depend on."""


@dataclass(frozen=True)
class DetectionCache:
    """What is kept of one video and one detector.

    Results have the video's content and the detector's version in their names: what has changed
    is not found. Two processes that work on one video write the same files, each whole and under
    a name of its own first, into a folder that stays, so that they do no harm to each other.
    """

    video: Path
    result: Path
    """The finished result."""
    joint_names: tuple[str, ...]
    state: dict[str, int] = field(default_factory=dict)
    """Of the video file when its content was hashed."""

    def finished(self) -> Record | None:
        """The whole result, if it is there and sound."""
        return self._sound(self.result)

    def chunks(self) -> list[Record]:
        """The finished chunks from the first on, up to where one is missing or damaged.

        One that is shorter than the others is the video's last. Those behind a missing one are
        removed: how many frames come before them is known only once it is found.
        """
        chunks: list[Record] = []
        while (chunk := self._sound(self._part(len(chunks)))) is not None:
            chunks.append(chunk)
            if len(chunk) < CHUNK:
                break
        self._remove_parts(len(chunks))
        return chunks

    def has(self, number: int, frames: int) -> bool:
        """Whether a chunk is there, sound and of so many frames."""
        chunk = self._sound(self._part(number))
        return chunk is not None and len(chunk) == frames

    def keep(self, number: int, chunk: Record) -> None:
        """Keep a finished chunk of `CHUNK` frames, or the last one of a video.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        chunk.write(self._part(number))

    def finish(self, whole: Record) -> None:
        """Keep the whole result in place of its chunks.

        Raises
        ------
        InputError
            If it cannot be written, or the video changed in the meantime.
        """
        if self.state != file_state(self.video):
            raise InputError(
                f"{self.video}: changed while it was read; wait until it is copied or recorded "
                f"completely, then run the command again."
            )
        whole.write(self.result)
        self._remove_parts()

    def _part(self, number: int) -> Path:
        return self.result.with_suffix(f".part-{number:06d}.npz")

    def _remove_parts(self, first: int = 0) -> None:
        """Remove finished chunks from one of them on."""
        begin = self.result.with_suffix(".part-").name
        for path in self.result.parent.glob("*.npz"):
            if path.name.startswith(begin) and path.name >= self._part(first).name:
                with suppress(OSError):
                    path.unlink()

    def _sound(self, path: Path) -> Record | None:
        if not path.exists():
            return None
        try:
            return read_record(path, self.joint_names)
        except InputError as error:
            if not path.exists():
                return None  # another run has just cleared it up
            warnings.warn(
                f"{self.video}: what was kept of its detections is damaged and done again "
                f"({error})",
                InputWarning,
                stacklevel=2,
            )
            return None


def cache_of(video: Path, detector: Detector) -> DetectionCache:
    """Where the results of a detector on a video are kept.

    Beside the video, or in the cache folder where that place cannot be written to. Says so where
    the video is not the one that was detected before.

    Raises
    ------
    InputError
        If the video cannot be read.
    """
    state = file_state(video)
    folder = _folder(video)
    memo = folder / f"{video.name}.hash.json"
    digest, changed = content_hash(video, memo)
    if changed:
        warnings.warn(
            f"{video}: has changed since it was last detected, so it is detected anew.",
            InputWarning,
            stacklevel=3,
        )
    tag = re.sub(r"[^A-Za-z0-9_-]+", "-", f"{detector.name}-{detector.version}")
    result = folder / f"{video.name}.{digest[:16]}.{tag}.npz"
    return DetectionCache(video, result, detector.skeleton.detected, state)


def _folder(video: Path) -> Path:
    beside = video.absolute().parent / FOLDER
    if _writable(beside):
        return beside
    memo = beside / f"{video.name}.hash.json"
    remembered = remembered_hash(memo)
    if remembered is not None and remembered[0] == file_state(video):
        return beside  # what others kept there can still be read
    # Videos of one name from several places: each has a folder named after its own.
    place = re.sub(r"[^A-Za-z0-9_-]+", "-", str(video.absolute().parent)).strip("-")
    return cache_folder() / "detections" / place[-120:]


def _writable(folder: Path) -> bool:
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        return os.access(folder, os.W_OK)
    return False
