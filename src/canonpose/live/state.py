"""What the pipeline last found, for whoever shows it."""

import threading
from collections import OrderedDict
from dataclasses import dataclass

from canonpose.live.latest import Shot
from canonpose.live.lifting import LiftedPerson
from canonpose.live.rates import Durations

REMEMBERED = 600
"""Pictures of which it is known when they came, for browsers that acknowledge them."""


@dataclass(frozen=True)
class Timing:
    """Medians over the last moments, in seconds, and counts."""

    fps: float = 0.0
    """Pictures lifted a second."""
    detection: float | None = None
    lifting: float | None = None
    lifted: float | None = None
    """From a picture's arrival to its 3D pose."""
    seen: int = 0
    """Pictures lifted so far."""
    dropped: int = 0
    """Pictures that came while others were worked on."""


@dataclass(frozen=True, eq=False)
class Moment:
    """One picture, worked on."""

    number: int
    """Of all moments, from 0: each is shown once."""
    shot: Shot | None = None
    """None before the first picture."""
    person: LiftedPerson | None = None
    """None where nobody is seen."""
    timing: Timing = Timing()
    ended: str | None = None
    """Why no more will come, if so."""


class Board:
    """The latest moment, and how long it took to the browsers' screens."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._moment = Moment(-1)
        self._closed = False
        self._captured: OrderedDict[int, float] = OrderedDict()
        self.to_screen = Durations()

    @property
    def moment(self) -> Moment:
        """The latest."""
        return self._moment

    @property
    def closed(self) -> bool:
        """Whether nothing will come any more."""
        return self._closed

    def publish(self, moment: Moment) -> None:
        """Replace what is there."""
        with self._changed:
            self._moment = moment
            if moment.shot is not None and moment.ended is None:
                self._captured[moment.number] = moment.shot.captured
            while len(self._captured) > REMEMBERED:
                self._captured.popitem(last=False)
            self._changed.notify_all()

    def newer_than(self, number: int, timeout: float) -> Moment | None:
        """The latest moment once its number is higher; None if none comes in time, or at the end.

        Parameters
        ----------
        number : int
        timeout : float
            Seconds.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._moment.number > number, timeout)
            return self._moment if self._moment.number > number else None

    def note_drawn(self, number: int, now: float) -> None:
        """A browser has drawn a moment."""
        with self._changed:
            captured = self._captured.get(number)
        if captured is not None:
            self.to_screen.note(now - captured)

    def close(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
