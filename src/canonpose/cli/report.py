"""``canonpose report``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from canonpose.cli.parsing import parse
from canonpose.exporters.npz import load_poses
from canonpose.exporters.report import write_report
from canonpose.folders import check_not_over


@dataclass(frozen=True)
class Report:
    """Write one self-contained web page that plays lifted poses beside their 2D input."""

    poses: tyro.conf.Positional[tuple[Path, ...]]
    """Files of `canonpose lift`, shown side by side."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="report.html")]
    """The page to write."""


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Report, "report", arguments)
    check_not_over([options.output], options.poses)
    page = write_report([load_poses(path) for path in options.poses], options.output)
    Console(highlight=False).print(f"report: {page}", soft_wrap=True)
