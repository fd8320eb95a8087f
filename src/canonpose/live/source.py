"""Where live pictures come from: a thread that puts each as it comes."""

import threading
from abc import ABC, abstractmethod

from canonpose.errors import InputError
from canonpose.live.latest import Latest


class Source(ABC):
    """A camera or a video that runs by itself from `start` to `stop`.

    Attributes
    ----------
    name : str
        What it is, in words.
    latest : Latest
        Where its newest picture is.
    trouble : InputError or None
        Why it broke off, where it did not end by itself.
    """

    def __init__(self, name: str):
        self.name = name
        self.latest = Latest()
        self.trouble: InputError | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name=f"source {name}", daemon=True)

    def start(self) -> None:
        """Open it, and let it run.

        Raises
        ------
        InputError
            If it cannot be opened.
        """
        self._open()
        self._thread.start()

    def stop(self, patience: float = 3.0) -> None:
        """Let it end and free what it holds; waits for that, if not forever."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join(patience)

    def _work(self) -> None:
        why = "the live view was stopped"
        try:
            why = self._run()
        except InputError as error:
            self.trouble, why = error, str(error)
        finally:
            self._close()
            self.latest.end(why)

    @abstractmethod
    def _open(self) -> None:
        """Get ready, or raise an InputError."""

    @abstractmethod
    def _run(self) -> str:
        """Put pictures until told to stop or no more come; says why it ended."""

    @abstractmethod
    def _close(self) -> None:
        """Free what `_open` took."""
