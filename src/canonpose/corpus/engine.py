"""Where tasks run, and the one loop that feeds them there."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from canonpose.config_checks import at_least
from canonpose.cores import available_cores
from canonpose.corpus.inline import Inline
from canonpose.corpus.task import Outcome, Task, TaskProgress, ignore
from canonpose.errors import InputError


@runtime_checkable
class Engine(Protocol):
    """Runs tasks somewhere else, or at least somehow, and says what became of them.

    A context manager: on leaving it, whatever still runs is stopped.
    """

    @property
    def capacity(self) -> int:
        """How many tasks to hand over at a time, so that nothing idles and nothing piles up."""

    def start(self, task: Task) -> None:
        """Take a task on; `capacity` of them at most."""

    def wait(self) -> Sequence[Outcome]:
        """Wait until a task or more end; a task whose process died ends in a crash."""

    def __enter__(self) -> "Engine": ...

    def __exit__(self, *error: object) -> None: ...


@dataclass(frozen=True)
class EngineSettings:
    """Where a corpus is worked on."""

    workers: int | None = None
    """Processes on this machine; one for each core that it may use unless given."""
    ray: str | None = None
    """auto: the Ray cluster that this machine belongs to; host:port: that one; local: a cluster
    started for this run. Files must have the same paths on all its machines."""
    retries: int = 2
    """How often a file is tried again after an error that is not its own, such as a process that
    the system killed for want of memory."""

    def __post_init__(self) -> None:
        at_least(self, "--", workers=1, retries=0)
        if self.workers is not None and self.ray is not None:
            raise InputError("--workers and --ray exclude each other; Ray counts its own cores.")

    @property
    def most(self) -> int:
        """The most processes of this machine."""
        return self.workers or available_cores()


DEFAULT_ENGINE = EngineSettings()


def engine_of(settings: EngineSettings, progress: TaskProgress = ignore) -> Engine:
    """The engine of these settings; without Ray and with one process, that is this one.

    Raises
    ------
    InputError
        If Ray is asked for and not installed, or there is no such cluster.
    """
    if settings.ray is not None:
        from canonpose.corpus.ray_cluster import RayCluster

        return RayCluster(settings.ray)
    if settings.most > 1:
        from canonpose.corpus.pool import Pool

        return Pool(settings.most, progress)
    return Inline(progress)


def run(engine: Engine, tasks: Iterable[Task], retries: int = 0) -> Iterator[Outcome]:
    """Have tasks done, and give what became of each in the order in which they end.

    Tasks are taken from the iterable only as there is room. What fails through no fault of its
    file is tried again, behind the tasks that wait, so that what pressed on it may have passed.
    """
    waiting = iter(tasks)
    again: deque[Task] = deque()
    running = 0
    while True:
        while running < engine.capacity:
            task = next(waiting, None) or (again.popleft() if again else None)
            if task is None:
                break
            engine.start(task)
            running += 1
        if not running:
            return
        for outcome in engine.wait():
            running -= 1
            if outcome.end in ("error", "crash") and outcome.task.attempt <= retries:
                again.append(replace(outcome.task, attempt=outcome.task.attempt + 1))
            else:
                yield outcome
