"""``canonpose sync``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tyro
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat, detecting
from canonpose.cli.parsing import Switch, comma_separated, parse, persons_by_camera
from canonpose.errors import InputError
from canonpose.folders import check_not_over
from canonpose.readers.capture_toml import FILE_NAME
from canonpose.readers.folders import find_takes
from canonpose.shifts.confidence import in_words
from canonpose.synchronisation.capture import synchronise
from canonpose.synchronisation.plots import plot_curves
from canonpose.synchronisation.settings_file import write_clocks
from canonpose.synchronisation.take import TakeClocks

COLUMNS = ("take", "camera", "frames", "seconds", "drift, ppm", "confidence", "from")


@dataclass(frozen=True)
class Sync:
    """Find how the cameras of each take are shifted in time, and write it into capture.toml.

    Everything else in capture.toml stays as it is. Takes whose cameras cannot be synchronised
    surely are left as they are, and named.
    """

    capture: tyro.conf.Positional[Path]
    """Folder of takes, or a single take."""
    dry_run: Switch = False
    """Say what was found, and write nothing into capture.toml."""
    curves: Path | None = None
    """The picture of the curves; sync.png in the capture's folder unless given."""
    cameras: str | None = None
    """Cameras to synchronise, separated by commas; the first one keeps offset 0."""
    person: str | None = None
    """Which person to compare, by camera where there are several: cam01=2,cam02=1. By default
    those who move alike in all cameras."""
    layout: str | None = None
    """Joint layout of the files where they do not tell: a name or a skeleton TOML file."""
    detector: Flat = DEFAULT_DETECTOR


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Sync, "sync", arguments)
    console = Console(highlight=False)
    picture = options.curves or options.capture / "sync.png"
    _check_not_over_capture(picture, options.capture)  # before anything takes time
    with detecting(console, options.detector) as detect:
        takes = synchronise(
            options.capture,
            cameras=comma_separated(options.cameras),
            layout=options.layout,
            persons=persons_by_camera(options.person),
            detect=detect,
        )
    print_clocks(console, takes)
    plot_curves(takes, picture)
    console.print(f"curves: {picture}", soft_wrap=True, markup=False)
    found = [take for take in takes if not take.problem]
    if options.dry_run:
        console.print("capture.toml is left as it is (--dry-run)")
    elif found:
        changes = write_clocks(options.capture, found, len(takes))
        for change in changes or ["nothing to change"]:
            console.print(f"capture.toml: {change}", soft_wrap=True, markup=False)
    if problems := [take.problem for take in takes if take.problem]:
        raise InputError(" ".join(problems))


def _check_not_over_capture(picture: Path, capture: Path) -> None:
    files = [file for cameras in find_takes(capture).values() for file in cameras.values()]
    check_not_over([picture], [*files, capture / FILE_NAME])


def print_clocks(console: Console, takes: Sequence[TakeClocks]) -> None:
    """A table with a row for every camera, and what else a user should know."""
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for column in table.columns:
        column.no_wrap = True
    for column in table.columns[2:5]:
        column.justify = "right"
    for take in takes:
        for clock in take.clocks:
            table.add_row(
                escape(take.name),
                escape(clock.camera),
                f"{clock.offset:g}",
                f"{clock.seconds:.4f} ± {clock.error:.3f}",
                _drift(clock.drift, clock.drift_error),
                f"{clock.confidence:.2f} {in_words(clock.confidence)}",
                clock.source,
            )
    console.print(table)
    for note in (note for take in takes for note in take.notes):
        console.print(f"[yellow]warning:[/] {escape(note)}", soft_wrap=True)


def _drift(ppm: float, error: float) -> str:
    if not np.isfinite(error):
        return "too short"
    return f"{ppm:g} ± {error:.0f}" if ppm else f"0 ± {error:.0f}"
