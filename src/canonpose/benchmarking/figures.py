"""What a benchmark found: figures, as JSON and as a table."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from canonpose.benchmarking.machine import Machine
from canonpose.benchmarking.timing import Timing
from canonpose.files import write_whole

COLUMNS = ("what", "a second", "unit", "spread", "of the limit", "peak MB")


@dataclass(frozen=True)
class Figure:
    """One measured rate."""

    name: str
    rate: float
    """A second."""
    unit: str
    spread: float
    """Interquartile range, as a share of the median."""
    peak_bytes: int
    limit: float | None = None
    """The rate at which this machine does the same arithmetic and nothing else."""

    @property
    def of_limit(self) -> float | None:
        """The rate as a share of the limit."""
        return None if self.limit is None else self.rate / self.limit

    @classmethod
    def of(
        cls,
        name: str,
        amount: float | int,
        unit: str,
        timing: Timing,
        limit: float | None = None,
    ) -> "Figure":
        """So much done in each of the timed calls."""
        rate = amount / timing.median
        return cls(name, rate, unit, timing.spread, timing.peak_bytes, limit)


@dataclass(frozen=True)
class Report:
    """All figures of one run on one machine."""

    command: str
    machine: Machine
    figures: tuple[Figure, ...]

    def write(self, path: Path) -> None:
        """As JSON."""
        table = asdict(self)
        for entry, figure in zip(table["figures"], self.figures, strict=True):
            entry["of_limit"] = figure.of_limit
        write_whole(path, json.dumps(table, indent=2) + "\n")


def read_report(path: Path) -> Report:
    """A report that was written."""
    table = json.loads(path.read_text("utf-8"))
    for entry in table["figures"]:
        entry.pop("of_limit")
    figures = tuple(Figure(**entry) for entry in table["figures"])
    return Report(table["command"], Machine(**table["machine"]), figures)


def table_of(figures: Sequence[Figure]) -> str:
    """Markdown, as in docs/performance.md."""
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for figure in figures:
        share = figure.of_limit
        rows.append(
            (
                figure.name,
                f"{figure.rate:,.0f}" if figure.rate >= 100 else f"{figure.rate:.3g}",
                figure.unit,
                f"{100 * figure.spread:.0f} %",
                "" if share is None else f"{100 * share:.0f} %",
                f"{figure.peak_bytes / 1e6:,.0f}",
            )
        )
    return "".join(f"| {' | '.join(cells)} |\n" for cells in rows)
