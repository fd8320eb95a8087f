"""From the latest picture to 3D, one at a time, in a thread of its own."""

import threading
import time
from dataclasses import replace

import torch

from canonpose.detection import Detector
from canonpose.live.following import Follower
from canonpose.live.latest import Shot
from canonpose.live.lifting import PersonLifter
from canonpose.live.rates import Durations, Rate
from canonpose.live.source import Source
from canonpose.live.state import Board, Moment, Timing

PATIENCE = 0.25
"""Seconds; how often it is looked at whether to stop while no picture comes."""
LIFTER_THREADS = 1
"""One pose is too small to be shared out: more threads would only take them from the detector."""


class Pipeline:
    """Detects, follows and lifts the newest picture, then takes the next that is newest.

    Causal: what is shown depends on nothing but the pictures so far.

    Parameters
    ----------
    source : Source
    detector : Detector
    lifter : PersonLifter
    board : Board
        Where the results go.

    Attributes
    ----------
    failure : Exception or None
        What broke it off, if anything did.
    """

    def __init__(self, source: Source, detector: Detector, lifter: PersonLifter, board: Board):
        self.failure: Exception | None = None
        self._source, self._detector, self._lifter, self._board = source, detector, lifter, board
        self._follower = Follower()
        self._rate = Rate()
        self._detection, self._lifting, self._whole = Durations(), Durations(), Durations()
        self._moments = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="pipeline", daemon=True)

    def start(self) -> None:
        """Let it run."""
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Let it end after the picture that it works on."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(patience)

    def _work(self) -> None:
        torch.set_num_threads(LIFTER_THREADS)
        try:
            self._run()
        except Exception as error:  # of a thread; who started it asks for it
            self.failure = error
            self._end(str(error))

    def _run(self) -> None:
        latest = self._source.latest
        self._detector.begin()
        number = -1
        while not self._stopping.is_set():
            shot = latest.newer_than(number, PATIENCE)
            if shot is not None:
                self._work_on(shot)
                number = shot.number
            elif latest.ended is not None:
                self._end(latest.ended)
                return

    def _work_on(self, shot: Shot) -> None:
        start = time.monotonic()
        people = self._detector.detect(shot.image)
        detected = time.monotonic()
        found = self._follower.follow(people, shot.number)
        if found is None:
            self._lifter.forget()
        person = None if found is None else self._lifter.lift(found, shot.captured)
        done = time.monotonic()
        self._rate.note(done)
        self._detection.note(detected - start)
        self._lifting.note(done - detected)
        self._whole.note(done - shot.captured)
        self._moments += 1
        timing = Timing(
            fps=self._rate.at(done),
            detection=self._detection.median(),
            lifting=self._lifting.median(),
            lifted=self._whole.median(),
            seen=self._moments,
            dropped=shot.number + 1 - self._moments,
        )
        self._board.publish(Moment(self._moments - 1, shot, person, timing))

    def _end(self, why: str) -> None:
        """The last picture stays, and why no more will come is said."""
        last = self._board.moment
        self._board.publish(replace(last, number=last.number + 1, ended=why))
