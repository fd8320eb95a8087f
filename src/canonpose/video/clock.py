"""The times of a video's frames, from whatever timestamps its file holds."""

from fractions import Fraction

JITTER = 1.0
"""Seconds; a timestamp that falls back by less is an error of one frame, by more a new count."""


class Clock:
    """Turns timestamps into seconds since the first frame that always rise.

    A timestamp counts as it is, so that uneven frame rates and gaps stay. Exceptions: a frame
    without one follows the frame before at the average rate; one that does not lie behind the
    frame before follows it at half a frame, so that later good timestamps count again; one that
    falls back by more than `JITTER` begins a new count (recordings joined end to end), which goes
    on at the average rate.

    Parameters
    ----------
    tick : Fraction, optional
        Seconds of one unit of the timestamps.
    fps : float
        Frames per second on average.
    """

    def __init__(self, tick: Fraction | None, fps: float) -> None:
        self.tick = tick
        self.fps = fps
        self.origin: int | None = None
        """The timestamp at time 0."""
        self.shift = 0.0
        """Seconds to add, since timestamps began anew."""
        self.last: float | None = None

    def raw(self, timestamp: int) -> float:
        """Seconds from the first timestamp to this one."""
        assert self.tick is not None and self.origin is not None
        return float((timestamp - self.origin) * self.tick)

    def time(self, timestamp: int | None) -> float:
        """The time of the next frame."""
        if timestamp is not None and self.origin is None and self.tick is not None:
            # Frames before may have had no timestamp: time goes on from them.
            self.origin = timestamp
            self.shift = 0.0 if self.last is None else self.last + 1 / self.fps
        self.last = self._next(timestamp)
        return self.last

    def _next(self, timestamp: int | None) -> float:
        if timestamp is None or self.origin is None:
            return 0.0 if self.last is None else self.last + 1 / self.fps
        time = self.raw(timestamp) + self.shift
        if self.last is None or time > self.last:
            return time
        if self.last - time < JITTER:
            return self.last + 0.5 / self.fps
        self.shift += self.last + 1 / self.fps - time
        return self.raw(timestamp) + self.shift
