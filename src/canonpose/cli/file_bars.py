"""A progress bar for each file in work."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from rich.markup import escape
from rich.progress import Progress, TaskID

from canonpose.corpus.task import Task


@dataclass
class _Shown:
    bar: TaskID
    began: float
    first: int
    """Frames that were done before: kept by an earlier run."""
    function: Callable[..., Any]
    """Of the tasks; the last one of a video joins what those before did, and counts anew."""
    parts: dict[int, int] = field(default_factory=dict)
    """Frames done of each of the file's tasks, which may be in work at the same time."""


class FileBars:
    """Bars of files, which come with their first frame and go when the file is done.

    Speed is that of this run, whatever was kept of one before.

    Parameters
    ----------
    bars : Progress
        With a field ``speed``.
    """

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._shown: dict[Path, _Shown] = {}

    def progress(self, task: Task, done: int, total: int | None) -> None:
        """A `canonpose.corpus.task.TaskProgress`."""
        shown = self._shown.get(task.file)
        if shown is None or shown.function is not task.function:
            self.done(task.file)
            bar = self._bars.add_task(escape(task.file.name), total=None, speed="")
            shown = self._shown[task.file] = _Shown(bar, monotonic(), done, task.function)
        shown.parts[id(task)] = done
        done = sum(shown.parts.values())
        frames, seconds = done - shown.first, monotonic() - shown.began
        speed = f"{frames / seconds:.1f} frames/s" if frames > 0 and seconds > 0 else ""
        self._bars.update(shown.bar, completed=done, total=max(total or 0, done), speed=speed)

    def done(self, file: Path) -> None:
        """Take a file's bar away."""
        if (shown := self._shown.pop(file, None)) is not None:
            self._bars.remove_task(shown.bar)
