"""Work on many files, as the commands that do it offer and show it."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress as RichProgress
from rich.table import Table

from canonpose.cli.file_bars import FileBars
from canonpose.cli.progress import progress_bar
from canonpose.corpus.engine import EngineSettings
from canonpose.corpus.failures import write_failures
from canonpose.corpus.task import Outcome
from canonpose.errors import InputError, InputWarning


@dataclass(frozen=True)
class CorpusOptions(EngineSettings):
    """Many files at once."""

    list: Annotated[Path | None, tyro.conf.arg(metavar="FILE")] = None
    """Also the files that this text file names, one a line."""
    failures: Annotated[Path | None, tyro.conf.arg(metavar="OUT.jsonl")] = None
    """File for what failed, a line each; by default failures.jsonl in the folder of -o, if any."""


FlatCorpus = Annotated[CorpusOptions, tyro.conf.arg(name="")]
"""As options of the command itself."""

DEFAULT_CORPUS = CorpusOptions()

TABLE_ROWS = 20
"""Failures that are shown; the file has all."""


class Show:
    """Bars for a corpus and for the files in work, and a line for each that is done."""

    def __init__(self, console: Console, bars: RichProgress, files: int, what: str) -> None:
        self._console, self._bars = console, bars
        self._whole = bars.add_task(what, total=files, speed="")
        self._files = FileBars(bars)
        self.progress = self._files.progress
        """A `canonpose.corpus.task.TaskProgress`."""

    def outcome(self, outcome: Outcome) -> None:
        """Says what became of a file, and takes its bar away."""
        self._files.done(outcome.task.file)
        self._bars.advance(self._whole)
        for note in outcome.notes:
            warnings.warn(note, InputWarning, stacklevel=2)
        line = escape(f"{outcome.task.file}: {outcome.value}")
        if not outcome.done:
            line = f"[red]failed:[/] {escape(outcome.message)}"
        self._console.print(line, soft_wrap=True)


@contextmanager
def showing(console: Console, files: int, what: str) -> Iterator[Show]:
    """Show work on so many files."""
    with progress_bar(console, field="speed") as bars:
        yield Show(console, bars, files, what)


def conclude(
    outcomes: Sequence[Outcome],
    console: Console,
    options: CorpusOptions,
    output: Path | None,
    what: str,
) -> None:
    """Say what failed, in a table and a file.

    Raises
    ------
    InputError
        If anything did.
    """
    place = options.failures or (output / "failures.jsonl" if output is not None else None)
    failures = [outcome for outcome in outcomes if not outcome.done]
    if place is not None and (failures or place.exists()):
        write_failures(failures, place)  # empty where those of an earlier run are mended
    if not failures:
        return
    if len(outcomes) > 1:
        console.print(_table(failures))
    more = f" {place} lists them." if place is not None else ""
    raise InputError(
        f"{len(failures)} of {len(outcomes)} {what}s failed, as said above; the others are done."
        f"{more}"
    )


def _table(failures: Sequence[Outcome]) -> Table:
    table = Table(title=f"{len(failures)} failed", title_justify="left")
    for column in ("file", "what failed", "attempts"):
        table.add_column(column)
    for failure in failures[:TABLE_ROWS]:
        table.add_row(escape(str(failure.task.file)), failure.end, str(failure.task.attempt))
    if len(failures) > TABLE_ROWS:
        table.add_row(f"and {len(failures) - TABLE_ROWS} more", "", "")
    return table
