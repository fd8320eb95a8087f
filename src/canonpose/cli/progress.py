"""The progress bar of the commands."""

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


def progress_bar(console: Console, counted: str = "", field: str | None = None) -> Progress:
    """What is done, of how many, for how long, and how long it will take.

    Parameters
    ----------
    counted : str
        What the bar counts, written before the numbers.
    field : str, optional
        A field of its tasks, written at the end.
    """
    columns = [
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn(f"{counted} {{task.completed}}/{{task.total}}".lstrip()),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    ]
    if field is not None:
        columns.append(TextColumn(f"{{task.fields[{field}]}}"))
    return _WithoutIdle(*columns, console=console)


class _WithoutIdle(Progress):
    """Leaves nothing of a task behind of which nothing was done, as where a training is refused."""

    def stop(self) -> None:
        """Leave the bars that tell something, and no line where none does."""
        for task in self.tasks:
            if task.total is None and not task.completed:
                self.remove_task(task.id)
        if self.tasks:
            super().stop()
        else:
            self.live.transient = True
            self.live.stop()
