"""Detection in videos, as the commands that read footage offer and show it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as RichProgress
from rich.progress import TaskID

from canonpose.cli.progress import progress_bar
from canonpose.detection.detector import Detector
from canonpose.detection.footage import Progress, detect_video
from canonpose.detection.registry import DetectorConfig, create_detector
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
def detecting(console: Console, options: DetectorConfig) -> Iterator[Callable[[Path], Detections]]:
    """How to find the people in a video, with a progress bar for each.

    The detector is made when the first video comes, so that footage without videos needs none.
    """
    made: list[Detector] = []
    with progress_bar(console, "frame", field="speed") as bar:

        def detect(path: Path) -> Detections:
            if not made:
                made.append(create_detector(options))
            task = bar.add_task(escape(path.name), total=None, speed="")
            try:
                return detect_video(path, made[0], progress=_shown(bar, task))
            finally:
                bar.stop_task(task)

        yield detect


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
