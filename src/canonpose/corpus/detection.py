"""Detection in many videos, as tasks."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TypeVar

from canonpose.corpus.engine import DEFAULT_ENGINE, Engine, EngineSettings, engine_of, run
from canonpose.corpus.inline import Inline
from canonpose.corpus.task import Outcome, Task, TaskProgress, ignore
from canonpose.detection.detector import Detector
from canonpose.detection.footage import Progress, detect_video
from canonpose.detection.registry import (
    DEFAULT_DETECTOR,
    DEFAULT_THREADS,
    DetectorConfig,
    create_detector,
)
from canonpose.detection.stretches import Stretch, detect_stretch, stretches
from canonpose.errors import InputError
from canonpose.exporters.captures import write_detections
from canonpose.people.detections import Detections

Work = TypeVar("Work")

FEW = 4
"""Videos for every process, below which long ones are shared between processes. Where there are
more, processes idle only at the very end."""


@dataclass(frozen=True)
class Job:
    """One video."""

    video: Path
    written: Path | None = None
    """File for the keypoints of all its people."""


@dataclass(frozen=True)
class Seen:
    """What was found in a video."""

    frames: int
    somebody: int
    """Frames with one person or more."""
    several: int

    @classmethod
    def of(cls, found: Detections) -> "Seen":
        """Counts of detections."""
        people = (found.people[..., 2] > 0).any(-1).sum(1)
        return cls(len(found), int((people > 0).sum()), int((people > 1).sum()))

    def __str__(self) -> str:
        several = f", several in {self.several}" if self.several else ""
        return f"somebody in {self.somebody} of {self.frames} frames{several}"


def detect_corpus(
    jobs: Sequence[Job],
    config: DetectorConfig = DEFAULT_DETECTOR,
    settings: EngineSettings = DEFAULT_ENGINE,
    progress: TaskProgress = ignore,
) -> Iterator[Outcome]:
    """Detect videos side by side, and parts of a long one where there are few.

    Results are those of `detect_video`, to the byte, and kept in the same place: what was detected
    before is not detected again, and after an interruption the rest is.

    Returns
    -------
    iterator of Outcome
        One for each job, in the order in which they end, with a `Seen` each. Errors of single
        videos end nothing.

    Raises
    ------
    InputError
        If the engine cannot be had.
    """
    with engine_of(settings, progress) as engine:
        share_long_videos([job.video for job in jobs], config, settings, engine)
        if len(jobs) == 1 and settings.ray is None:
            engine = Inline(progress)  # another process would only take time to start
        shared, decoding = shares(config, settings, len(jobs))
        tasks = (
            Task(job.video, detect_file, (job.video, job.written, shared, decoding))
            for job in longest_first(jobs, lambda job: job.video)
        )
        yield from run(engine, tasks, settings.retries)


def share_long_videos(
    videos: Sequence[Path], config: DetectorConfig, settings: EngineSettings, engine: Engine
) -> None:
    """Have long videos detected by several processes, so that `detect_video` need only join them.

    What fails here is left for it to do again, and to tell.
    """
    processes = engine.capacity
    if len(videos) > FEW * processes:
        return
    parts = [part for video in videos for part in _stretches(video, processes)]
    shared, decoding = shares(config, settings, len(parts))
    tasks = (Task(part.video, detect_part, (part, shared, decoding)) for part in parts)
    for _ in run(engine, tasks, settings.retries):
        pass


def shares(
    config: DetectorConfig, settings: EngineSettings, tasks: int
) -> tuple[DetectorConfig, int]:
    """How so many tasks share the cores: a detector's settings, and the threads for decoding."""
    spare = settings.most // max(1, tasks) if settings.ray is None else 1
    threads = config.threads or max(1, min(DEFAULT_THREADS, spare))
    # Decoding on several cores takes more processor time: only where some have nothing to do.
    return replace(config, threads=threads), 0 if spare > threads else 1


def longest_first(jobs: Iterable[Work], path_of: Callable[[Work], Path]) -> list[Work]:
    """Jobs by the size of their files, so that no long one is left for the end."""

    def size(job: Work) -> int:
        with suppress(OSError):
            return path_of(job).stat().st_size
        return 0  # the task will say what is wrong with it

    return sorted(jobs, key=size, reverse=True)


def detect_file(
    video: Path, written: Path | None, config: DetectorConfig, decoding: int, progress: Progress
) -> Seen:
    """The task of a whole video."""
    found = detect_video(video, detector_of(config), decoding_threads=decoding, progress=progress)
    if written is not None:
        write_detections(found, written)
    return Seen.of(found)


def detect_part(
    stretch: Stretch, config: DetectorConfig, decoding: int, progress: Progress
) -> bool:
    """The task of a part of a video."""
    return detect_stretch(
        stretch, detector_of(config), decoding_threads=decoding, progress=progress
    )


@cache
def detector_of(config: DetectorConfig) -> Detector:
    """Made once in each process, since its networks take time to load."""
    return create_detector(config)


def _stretches(video: Path, processes: int) -> list[Stretch]:
    with suppress(InputError):
        return stretches(video, processes)
    return []  # `detect_video` will say why
