"""Results over seeds, beside the paper's numbers: as rows, Markdown and CSV."""

import csv
import io
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from canonpose.reproduce.rows import Row
from canonpose.reproduce.study import Result
from canonpose.reproduce.tables import METRICS, Table


@dataclass(frozen=True)
class Measured:
    """A row with what was measured; nothing where it could not be trained, and why."""

    row: Row
    results: tuple[Result, ...] = ()
    refused: str = ""

    def mean(self, metric: str) -> float | None:
        """Over seeds; None without any."""
        values = [getattr(result, metric) for result in self.results]
        return statistics.fmean(values) if values else None

    def spread(self, metric: str) -> float | None:
        """Standard deviation over seeds; None with fewer than two."""
        values = [getattr(result, metric) for result in self.results]
        return statistics.stdev(values) if len(values) > 1 else None

    @property
    def worlds(self) -> str:
        """How many trainings had to be un-mirrored, and how sure the least sure vote was."""
        votes = [abs(result.margin) for result in self.results if result.margin is not None]
        if not votes:
            return ""
        mirrored = sum(bool(result.mirrored_before_fix) for result in self.results)
        return f"{mirrored} of {len(votes)}, margin {min(votes):.2f}"


def markdown(table: Table, measured: Sequence[Measured], dataset: str) -> str:
    """The table: the paper's number (of its own data set) beside ours, mean and spread."""
    metrics = [(name, METRICS[name]) for name in table.metrics]
    head = ["supervision", "method"]
    for _, label in metrics:
        head += [f"{label} paper", f"{label} ours"]
    head += ["un-mirrored", "seeds"]
    lines = [head, ["---"] * len(head)]
    lines += [_cells(one, table) for one in measured]
    body = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    notes = "".join(f"- {one.refused}\n" for one in measured if one.refused)
    return (
        f"**{table.title}**; the paper's numbers are of {table.dataset}, ours of {dataset}. "
        f"MPJPE is scale-aligned, PMPJPE and CPS are rigidly aligned, in mm; PCK is "
        f"scale-aligned, in %.\n\n{body}" + (f"\n{notes}" if notes else "")
    )


def _cells(one: Measured, table: Table) -> list[str]:
    cells = [one.row.supervision, one.row.label]
    for metric in table.metrics:
        paper, mean, spread = one.row.paper.get(metric), one.mean(metric), one.spread(metric)
        cells.append("" if paper is None else f"{paper:.1f}")
        cells.append("" if mean is None else f"{mean:.1f}" + (f" ± {spread:.1f}" if spread else ""))
    return [*cells, one.worlds, str(len(one.results)) if one.results else ""]


def csv_text(table: Table, measured: Sequence[Measured], dataset: str) -> str:
    """One line a training, and one for each row that is not trained here."""
    text = io.StringIO()
    fields = ["table", "dataset", "supervision", "method", "seed"]
    fields += [name for name in METRICS if name in table.metrics]
    fields += [f"paper_{name}" for name in METRICS if name in table.metrics]
    fields += ["mirrored_fraction", "margin", "mirrored_before_fix", "samples", "seconds"]
    writer = csv.DictWriter(text, fields, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    for one in measured:
        paper = {f"paper_{name}": value for name, value in one.row.paper.items()}
        common: Mapping[str, object] = {
            "table": table.title,
            "dataset": dataset,
            "supervision": one.row.supervision,
            "method": one.row.label,
            **paper,
        }
        for result in one.results:
            writer.writerow({**common, **vars(result)})
        if not one.results:
            writer.writerow(common)
    return text.getvalue()
