"""Ctrl-C and termination that wait for the end of a step."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Interruption:
    """Whether somebody asked to stop."""

    requested = False


@contextmanager
def deferred_interrupts() -> Iterator[Interruption]:
    """Note the first SIGINT or SIGTERM instead of acting on it; a second one acts at once.

    Outside the main thread, where signals cannot be handled, nothing changes.
    """
    interruption = Interruption()
    if threading.current_thread() is not threading.main_thread():
        yield interruption
        return

    def note(number: int, frame: FrameType | None) -> None:
        if interruption.requested:
            raise KeyboardInterrupt
        interruption.requested = True

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, note) for number in signals]
    try:
        yield interruption
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
