"""The latest picture of a source: whoever is slow misses some, and never lags."""

import threading
from dataclasses import dataclass

import numpy as np
from jaxtyping import UInt8


@dataclass(frozen=True, eq=False)
class Shot:
    """One picture as it came in."""

    number: int
    """How many came before it, from the start and through all repetitions."""
    captured: float
    """When it came, on the clock of `time.monotonic`."""
    time: float
    """Seconds since the source's first picture; starts again with every repetition."""
    image: UInt8[np.ndarray, "height width 3"]
    """RGB, upright."""


class Latest:
    """A place for one picture: the source puts, others take what is newest.

    Nothing queues up: a picture that nobody took before the next one came is gone.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._shot: Shot | None = None
        self._ended: str | None = None

    def put(self, shot: Shot) -> None:
        """Replace what is there."""
        with self._changed:
            self._shot = shot
            self._changed.notify_all()

    def end(self, why: str) -> None:
        """No more will come; says why, in a sentence."""
        with self._changed:
            if self._ended is None:
                self._ended = why
            self._changed.notify_all()

    @property
    def ended(self) -> str | None:
        """Why no more will come, if so."""
        return self._ended

    def newer_than(self, number: int, timeout: float) -> Shot | None:
        """The newest picture, once it is newer than that number; None if none comes in time.

        Parameters
        ----------
        number : int
            Of the picture that was taken before; -1 for none.
        timeout : float
            Seconds.
        """
        with self._changed:
            self._changed.wait_for(
                lambda: self._is_newer(number) or self._ended is not None, timeout
            )
            return self._shot if self._is_newer(number) else None

    def _is_newer(self, number: int) -> bool:
        return self._shot is not None and self._shot.number > number
