"""Making things in a thread of their own, a few ahead of whoever uses them."""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")

DEPTH = 8
"""How many are ready at most; bounds the memory that they take."""
POLL = 0.1
"""Seconds between looks at whether the other side has stopped."""


@contextmanager
def made_ahead(make: Callable[[], Iterable[Item]], depth: int = DEPTH) -> Iterator[Iterator[Item]]:
    """Iterate in the background over what ``make()`` gives.

    Errors of the background come up where the next item is asked for. On leaving, whether all was
    used, an error came up or the user interrupted, the thread has ended and the iterator is
    closed.
    """
    ready: queue.Queue[tuple[bool, Item | BaseException | None]] = queue.Queue(maxsize=depth)
    stopped = threading.Event()

    def put(last: bool, item: Item | BaseException | None) -> bool:
        while not stopped.is_set():
            try:
                ready.put((last, item), timeout=POLL)
                return True
            except queue.Full:
                continue
        return False

    def work() -> None:
        items = iter(make())
        try:
            for item in items:
                if not put(False, item):
                    return
            put(True, None)
        except BaseException as error:
            put(True, error)
        finally:
            if hasattr(items, "close"):
                items.close()

    def given() -> Iterator[Item]:
        while True:
            last, item = ready.get()
            if not last:
                yield item  # type: ignore[misc]
            elif item is None:
                return
            else:
                raise item  # type: ignore[misc]

    thread = threading.Thread(target=work, name="made-ahead", daemon=True)
    thread.start()
    try:
        yield given()
    finally:
        stopped.set()
        thread.join()
