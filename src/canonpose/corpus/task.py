"""A piece of work for another process, and what became of it."""

import os
import platform
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from canonpose.detection.footage import Progress
from canonpose.errors import InputError, InputWarning


@dataclass(frozen=True)
class Task:
    """A call of a function, about one file."""

    file: Path
    """What it is about, for messages; written by `printable`."""
    function: Callable[..., Any]
    """Of a module's top level, so that other processes find it. It is called with the arguments and
    ``progress``, a `Progress`; what it returns must be small, and such that it can be pickled."""
    arguments: tuple[Any, ...] = ()
    attempt: int = 1
    """Counts up when it is tried again."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", Path(printable(str(self.file))))


@dataclass(frozen=True)
class Outcome:
    """What became of a task."""

    task: Task
    end: Literal["done", "bad input", "error", "crash"]
    """``bad input`` stays what it is, however often it is tried; an ``error`` of the program or the
    machine, and a ``crash`` of the process, may not come again."""
    value: Any = None
    """What the function returned, where it is done."""
    message: str = ""
    """What went wrong, where it is not."""
    notes: tuple[str, ...] = ()
    """Warnings about the file."""
    seconds: float = 0.0
    where: str = ""
    """The machine, and the process on it."""

    @property
    def done(self) -> bool:
        """Whether the task is done."""
        return self.end == "done"


TaskProgress = Callable[[Task, int, int | None], None]
"""Told, of a running task, how many frames are done, and of how many where that is known."""


def printable(text: str) -> str:
    """Text that any stream and file takes: of names, what is no UTF-8 is written as an escape."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def ignore(task: Task, done: int, total: int | None) -> None:
    """Progress that nobody looks at."""


def work(task: Task, progress: Progress) -> Outcome:
    """Do a task here and now; errors become part of the outcome, an interruption goes through."""
    began = time.monotonic()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        value, end, message = _called(task, progress)
    return Outcome(
        task,
        end,
        value,
        printable(message),
        notes=tuple(
            printable(str(w.message)) for w in caught if issubclass(w.category, InputWarning)
        ),
        seconds=time.monotonic() - began,
        where=f"{platform.node()}, process {os.getpid()}",
    )


def _called(
    task: Task, progress: Progress
) -> tuple[Any, Literal["done", "bad input", "error"], str]:
    try:
        return task.function(*task.arguments, progress=progress), "done", ""
    except InputError as error:
        return None, "bad input", str(error)
    except Exception as error:  # one file ends nothing, whatever is wrong with it
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}, line {last.lineno}"
        return None, "error", f"{task.file}: {type(error).__name__}: {error} ({place})"
