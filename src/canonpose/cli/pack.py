"""``canonpose pack``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from canonpose.association import LifterVote
from canonpose.cli.captures import check_named_once
from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat, detecting
from canonpose.cli.notes import print_notes
from canonpose.cli.parsing import Switch, comma_separated, parse, persons_by_camera
from canonpose.cli.presets import static_cameras
from canonpose.cli.progress import progress_bar
from canonpose.folders import check_free
from canonpose.lifter.pretrained import lifter_named
from canonpose.training.store import pack


@dataclass(frozen=True)
class Pack:
    """Write what a training sees of captures into one folder, for footage larger than the memory.

    `canonpose train STORE` trains on it as on the captures with --no-refine.
    """

    capture: tyro.conf.Positional[tuple[Path, ...]]
    """Folders of takes, or single takes."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="STORE")]
    """Folder to write; must be new or empty."""
    cameras: str | None = None
    """Cameras to use, separated by commas; all by default."""
    static_cameras: Switch = False
    """The cameras stand still during each take."""
    moving_cameras: Switch = False
    """The cameras move or zoom, whatever capture.toml says."""
    person: str | None = None
    """Which person to take, by camera where there are several: cam01=2,cam02=1."""
    people_from: Annotated[Path | None, tyro.conf.arg(metavar="RUN")] = None
    """A training of any footage, or `pretrained`, whose lifter votes on who is who where a camera
    sees several people."""
    layout: str | None = None
    """Joint layout of the files where they do not tell: a name or a skeleton TOML file."""
    detector: Flat = DEFAULT_DETECTOR


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Pack, "pack", arguments)
    check_named_once(options.capture)
    check_free(options.output)
    console = Console(highlight=False)
    with (
        detecting(console, options.detector) as detect,
        progress_bar(console, "take") as bar,
    ):
        task = bar.add_task("packing", total=None)
        card = pack(
            options.capture,
            options.output,
            cameras=comma_separated(options.cameras),
            persons=persons_by_camera(options.person),
            layout=options.layout,
            static_cameras=static_cameras(options),
            detect=detect,
            vote=LifterVote(lifter_named(options.people_from)) if options.people_from else None,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    print_notes(console, card.notes)
    console.print(
        f"samples: {len(card)}, takes: {len(card.takes)}, cameras: {len(card.cameras)}\n"
        f"store: {options.output}",
        soft_wrap=True,
    )
