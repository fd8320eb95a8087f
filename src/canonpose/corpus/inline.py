"""Tasks done by this process itself, one after the other."""

from collections.abc import Sequence
from functools import partial

from canonpose.corpus.task import Outcome, Task, TaskProgress, ignore, work


class Inline:
    """See `canonpose.corpus.Engine`; nothing protects this process from what a task does."""

    capacity = 1

    def __init__(self, progress: TaskProgress = ignore) -> None:
        self._progress = progress
        self._tasks: list[Task] = []

    def start(self, task: Task) -> None:
        """Keep it until `wait`."""
        self._tasks.append(task)

    def wait(self) -> Sequence[Outcome]:
        """Do what was started."""
        tasks, self._tasks = self._tasks, []
        return [work(task, partial(self._progress, task)) for task in tasks]

    def __enter__(self) -> "Inline":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing runs."""
