"""Tasks that go wrong, for processes that find them here by name."""

import os
import signal
import time
import warnings
from pathlib import Path

from canonpose.detection.footage import Progress
from canonpose.errors import InputError, InputWarning


def double(number: int, progress: Progress) -> int:
    progress(1, 2)
    return 2 * number


def refuse(progress: Progress) -> None:
    raise InputError("cam.mp4: is no video; check the path.")


def refuse_by_name(name: str, progress: Progress) -> None:
    warnings.warn(f"{name}: ends early", InputWarning, stacklevel=1)
    raise InputError(f"{name}: is no video; check the path.")


def fail(progress: Progress) -> None:
    raise ZeroDivisionError("by zero")


def warn(progress: Progress) -> None:
    warnings.warn("cam.mp4: ends early", InputWarning, stacklevel=1)
    warnings.warn("a library's own affair", DeprecationWarning, stacklevel=1)


def die(progress: Progress) -> None:
    """As the system does with a process for want of memory."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(mark: Path, progress: Progress) -> int:
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def sleep(seconds: float, mark: Path, progress: Progress) -> None:
    mark.write_text(str(os.getpid()))
    time.sleep(seconds)
