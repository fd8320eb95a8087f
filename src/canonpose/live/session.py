"""A live view from start to end."""

import time
from collections.abc import Callable
from types import TracebackType

from canonpose.detection import Detector
from canonpose.errors import InputError
from canonpose.lifter.temporal.trained import TrainedTemporal
from canonpose.lifter.trained import TrainedLifter
from canonpose.live.lifting import PersonLifter
from canonpose.live.page import live_page
from canonpose.live.pipeline import Pipeline
from canonpose.live.server import LiveServer
from canonpose.live.settings import LiveSettings
from canonpose.live.source import Source
from canonpose.live.state import Board, Moment

FAREWELL = 1.0
"""Seconds in which browsers learn why the source broke off, before the server goes."""
LOOK = 0.1
"""Seconds between two looks at whether anything has broken off."""


class LiveSession:
    """A source that is detected, lifted and served while the session is entered.

    >>> with LiveSession(Webcam(0), detector, lifter) as session:  # doctest: +SKIP
    ...     print(session.url)
    ...     session.wait()

    Parameters
    ----------
    source : Source
        A `Webcam` or a `Playback`.
    detector : Detector
    lifter : TrainedLifter
    settings : LiveSettings, optional
    temporal : TrainedTemporal, optional
        Of the same joints; joins the pictures so far over time.

    Raises
    ------
    InputError
        If detector and lifter do not fit, the port is taken, or (on entering) the source cannot
        be opened.
    """

    def __init__(
        self,
        source: Source,
        detector: Detector,
        lifter: TrainedLifter,
        settings: LiveSettings | None = None,
        temporal: TrainedTemporal | None = None,
    ):
        try:
            from canonpose.live.message import Messages
        except ImportError as error:
            raise InputError(
                f"a live view needs {error.name}, which is not installed; run: pip install "
                f"'canonpose[video]'."
            ) from error
        settings = settings or LiveSettings()
        self._source = source
        self._board = Board()
        person_lifter = PersonLifter(lifter, detector.skeleton, settings.subject_height, temporal)
        page = live_page(source.name, detector.name, lifter.skeleton, person_lifter.units)
        self._pipeline = Pipeline(source, detector, person_lifter, self._board)
        messages = Messages(self._board, settings)
        self._server = LiveServer(page, self._board, messages, settings.port)

    @property
    def url(self) -> str:
        """Where the page is."""
        return self._server.url

    @property
    def moment(self) -> Moment:
        """What was found last."""
        return self._board.moment

    @property
    def to_screen(self) -> float | None:
        """Seconds from a picture's arrival until a browser said that it was drawn; the median."""
        return self._board.to_screen.median()

    def __enter__(self) -> "LiveSession":
        try:
            self._source.start()
        except BaseException:
            self._server.stop()
            raise
        self._pipeline.start()
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._source.stop()
        self._pipeline.stop()
        self._server.stop()

    def wait(
        self, seconds: float | None = None, ended: Callable[[str], None] | None = None
    ) -> None:
        """Stay until interrupted, or for so long; a video's end is no end of the session.

        Parameters
        ----------
        seconds : float, optional
        ended : callable, optional
            Told once, in a sentence, when the source has come to its end.

        Raises
        ------
        InputError
            If the source breaks off. Browsers are told first.
        """
        until = None if seconds is None else time.monotonic() + seconds
        told = False
        while until is None or time.monotonic() < until:
            if (failure := self._source.trouble or self._pipeline.failure) is not None:
                time.sleep(FAREWELL)
                raise failure
            if self.moment.ended is not None and not told and ended is not None:
                ended(self.moment.ended)
                told = True
            time.sleep(LOOK)
