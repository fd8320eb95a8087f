"""Detection in videos, as the commands that read footage offer and show it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as RichProgress
from rich.progress import TaskID

from canonpose.cli.file_bars import FileBars
from canonpose.cli.progress import progress_bar
from canonpose.corpus.detection import Job, detect_corpus, shares
from canonpose.corpus.engine import DEFAULT_ENGINE
from canonpose.detection.cache import cache_of
from canonpose.detection.detector import Detector
from canonpose.detection.footage import Progress, detect_video
from canonpose.detection.registry import DetectorConfig, create_detector
from canonpose.errors import InputError
from canonpose.people.detections import Detections


@dataclass(frozen=True)
class DetectorOptions(DetectorConfig):
    """How people are found in videos."""

    name: Annotated[str, tyro.conf.arg(name="detector")] = DetectorConfig.name
    """For videos: blazepose-heavy; blazepose-full and blazepose-lite (faster, but they mix up left
    and right); rtmpose, rtmpose-halpe26; the name under which an installed package offers one; or
    module:Class."""


Flat = Annotated[DetectorOptions, tyro.conf.arg(name="")]
"""As options of the command itself."""

DEFAULT_DETECTOR = DetectorOptions()


@contextmanager
def detecting(console: Console, options: DetectorConfig) -> Iterator["Detecting"]:
    """How to find the people in a video, with a progress bar for each."""
    with progress_bar(console, "frame", field="speed") as bar:
        yield Detecting(bar, options)


class Detecting:
    """A `canonpose.readers.videos.Detect` that detects ahead in several processes.

    The detector is made when the first video comes, so that footage without videos needs none.
    """

    def __init__(self, bar: RichProgress, options: DetectorConfig) -> None:
        self._bar, self._options = bar, options
        self._alone, self._decoding = shares(options, DEFAULT_ENGINE, tasks=1)

    @cached_property
    def _detector(self) -> Detector:
        return create_detector(self._alone)

    def __call__(self, path: Path) -> Detections:
        """The people in a video, from what is kept of it if possible."""
        task = self._bar.add_task(escape(path.name), total=None, speed="")
        try:
            return detect_video(
                path,
                self._detector,
                decoding_threads=self._decoding,
                progress=_shown(self._bar, task),
            )
        finally:
            self._bar.stop_task(task)

    def ahead(self, paths: Sequence[Path]) -> None:
        """Detect all of these videos that are not yet, side by side."""
        missing = [path for path in paths if self._is_missing(path)]
        if not missing:
            return
        bars = FileBars(self._bar)
        jobs = [Job(path) for path in missing]
        for outcome in detect_corpus(jobs, self._options, progress=bars.progress):
            bars.done(outcome.task.file)

    def _is_missing(self, path: Path) -> bool:
        try:
            return not cache_of(path, self._detector).result.exists()
        except InputError:
            return False  # it will be said when the video is asked for


def _shown(bar: RichProgress, task: TaskID) -> Progress:
    """Brings a bar up to date; its speed is that of this run, whatever was kept of one before."""
    began: list[tuple[int, float]] = []

    def show(done: int, total: int | None) -> None:
        if not began:
            began.append((done, monotonic()))
        frames, seconds = done - began[0][0], monotonic() - began[0][1]
        speed = f"{frames / seconds:.1f} frames/s" if frames else ""
        bar.update(task, completed=done, total=max(total or 0, done), speed=speed)

    return show
