"""Worker processes of this machine, each of which may die without harm to the others."""

import multiprocessing
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from canonpose.corpus.task import Outcome, Task, TaskProgress, ignore, work
from canonpose.detection.footage import Progress

PROGRESS_EVERY = 0.2
"""Seconds between two reports of a worker on its task."""
PATIENCE = 5.0
"""Seconds that a worker has to end when it is told to."""


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection
    task: Task | None = None
    """What it works on."""
    since: float = 0.0


class Pool:
    """See `canonpose.corpus.Engine`.

    Every worker has a pipe of its own, so that whatever kills one leaves the others whole (what
    processes share, such as a queue and its lock, could be left locked), and so that it is known
    which task died with it. A new worker takes its place when there is work for it. Workers end
    when this process does, even if it is killed.

    Parameters
    ----------
    workers : int
        Processes.
    progress : function
        Told how tasks come along, a few times a second, from within `wait`.
    """

    def __init__(self, workers: int, progress: TaskProgress = ignore) -> None:
        # Not by a fork of this process: a lock that another thread holds would stay locked.
        offered = multiprocessing.get_all_start_methods()
        method = "forkserver" if "forkserver" in offered else "spawn"
        self._context: Any = multiprocessing.get_context(method)
        if method == "forkserver":
            self._context.set_forkserver_preload(["canonpose.corpus.detection"])
        self._capacity = workers
        self._progress = progress
        self._workers: list[_Worker] = []

    @property
    def capacity(self) -> int:
        """A task for each worker."""
        return self._capacity

    def start(self, task: Task) -> None:
        """Give a task to a worker that has none, or to a new one."""
        for worker in [worker for worker in self._workers if worker.task is None]:
            try:
                worker.connection.send(task)
            except OSError:  # it died while it had nothing to do
                self._drop(worker)
            else:
                break
        else:
            worker = self._new_worker()
            with suppress(OSError):  # it died at once: `wait` will see
                worker.connection.send(task)
        worker.task, worker.since = task, time.monotonic()

    def wait(self) -> Sequence[Outcome]:
        """What ended, and meanwhile the progress of the others."""
        while True:
            busy = {worker.connection: worker for worker in self._workers if worker.task}
            ready = [busy[connection] for connection in wait(list(busy)) if connection in busy]
            outcomes = [outcome for worker in ready if (outcome := self._heard(worker)) is not None]
            if outcomes:
                return outcomes

    def _heard(self, worker: _Worker) -> Outcome | None:
        """What a worker has to say: its outcome, or some progress (None)."""
        task = worker.task
        assert task is not None
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            return self._crashed(worker, task)
        if isinstance(said, Outcome):
            worker.task = None
            return said
        self._progress(task, *said)
        return None

    def _crashed(self, worker: _Worker, task: Task) -> Outcome:
        self._drop(worker)
        code = worker.process.exitcode
        why = f"exit code {code}"
        if code is not None and code < 0:
            why = f"signal {-code}"
            with suppress(ValueError):
                why = signal.Signals(-code).name
        if why == "SIGKILL":
            why += ", as the system does for want of memory: give it fewer --workers"
        message = f"{task.file}: its process died ({why})."
        seconds = time.monotonic() - worker.since
        return Outcome(task, "crash", message=message, seconds=seconds, where="this machine")

    def _new_worker(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()
        worker = _Worker(process, ours)
        self._workers.append(worker)
        return worker

    def _drop(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.connection.close()
        worker.process.join(PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()

    def __enter__(self) -> "Pool":
        return self

    def __exit__(self, *error: object) -> None:
        """End all workers; those at work lose their task."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in list(self._workers):
            self._drop(worker)


def serve(connection: Connection) -> None:
    """The life of a worker: tasks come, outcomes go, until the other end is closed."""
    # Ctrl-C reaches all processes of a terminal; when to end is the parent's to say, and the end
    # is an exception, so that no temporary file is left behind.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            task = connection.recv()
            connection.send(work(task, _reporting(connection)))


def _reporting(connection: Connection) -> Progress:
    """Sends progress now and then."""
    last = -PROGRESS_EVERY

    def report(done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last < PROGRESS_EVERY:
            return
        last = time.monotonic()
        try:
            connection.send((done, total))
        except OSError:  # nobody is there any more
            sys.exit(1)

    return report
