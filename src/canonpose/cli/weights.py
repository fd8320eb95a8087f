"""``canonpose weights``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.console import Console

from canonpose.cli.parsing import parse
from canonpose.detection.weights import NOTICE, fetch_weights


@dataclass(frozen=True)
class Weights:
    """Fetch the weights of the 2D detector BlazePose, once, by npm.

    They are Google's, under the Apache licence 2.0, and about 31 MB on disk.
    """

    variants: tuple[Literal["heavy", "full", "lite"], ...] = ("heavy",)
    """Which landmark networks; the smaller ones are faster and worse."""
    archive: Path | None = None
    """The package's .tgz from npm pack, for a machine without a network."""


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Weights, "weights", arguments)
    console = Console(highlight=False)
    with console.status("fetching the weights"):
        files = fetch_weights(options.variants, options.archive)
    for file in files:
        console.print(f"weights: {file}", soft_wrap=True, markup=False)
    console.print(NOTICE.strip(), soft_wrap=True, markup=False)
