"""How fast and how late a live view is, over the last moments."""

import threading
from collections import deque
from statistics import median

WINDOW = 3.0
"""Seconds over which rates are counted."""
KEPT = 60
"""Latest durations of which the median is taken."""


class Rate:
    """Events a second over the last moments."""

    def __init__(self, window: float = WINDOW):
        self._window = window
        self._times: deque[float] = deque()

    def note(self, now: float) -> None:
        """One more event."""
        self._times.append(now)

    def at(self, now: float) -> float:
        """Events a second; 0 where there were fewer than two."""
        while self._times and self._times[0] < now - self._window:
            self._times.popleft()
        if len(self._times) < 2:
            return 0.0
        # Between the first and now, so that a standstill shows.
        return (len(self._times) - 1) / max(now - self._times[0], 1e-9)


class Durations:
    """The median of the latest durations; may be told from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: deque[float] = deque(maxlen=KEPT)

    def note(self, seconds: float) -> None:
        """One more duration."""
        with self._lock:
            self._values.append(seconds)

    def median(self) -> float | None:
        """Seconds; None where there is none yet."""
        with self._lock:
            return median(self._values) if self._values else None
