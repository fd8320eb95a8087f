"""Making things in a thread of their own, a few ahead of whoever uses them."""

import queue
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")

DEPTH = 8
"""How many are ready at most; bounds the memory that they take."""
POLL = 0.1
"""Seconds between looks at whether the other side has stopped."""


@contextmanager
def made_ahead(
    make: Callable[[], Generator[Item, None, None]], depth: int = DEPTH
) -> Iterator[Iterator[Item]]:
    """Iterate over ``make()``, which runs in the background.

    Errors of the background come up where the next item is asked for. On leaving, whether all was
    used, an error came up or the user interrupted, the generator is closed and its thread ended.
    """
    maker = _Maker(make, depth)
    maker.thread.start()
    try:
        yield maker.items()
    finally:
        maker.stopped.set()
        maker.thread.join()


class _End:
    """What comes behind the last item: the error that ended it, if one did."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


class _Maker(Generic[Item]):
    def __init__(self, make: Callable[[], Generator[Item, None, None]], depth: int) -> None:
        self.make = make
        self.ready: queue.Queue[Item | _End] = queue.Queue(maxsize=depth)
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._work, name="made-ahead", daemon=True)

    def items(self) -> Iterator[Item]:
        while not isinstance(item := self.ready.get(), _End):
            yield item
        if item.error is not None:
            raise item.error

    def _work(self) -> None:
        items = self.make()
        try:
            for item in items:
                if not self._put(item):
                    break
            items.close()
            self._put(_End())
        except BaseException as error:  # comes up in the other thread
            self._put(_End(error))

    def _put(self, item: Item | _End) -> bool:
        """Wait for room; False once nobody wants more."""
        while not self.stopped.is_set():
            try:
                self.ready.put(item, timeout=POLL)
                return True
            except queue.Full:
                continue
        return False
