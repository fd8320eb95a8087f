"""``canonpose plan``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import tyro
from rich.console import Console
from rich.table import Table

from canonpose.cli.parsing import Switch, comma_separated, parse
from canonpose.cli.progress import progress_bar
from canonpose.errors import InputError
from canonpose.files import write_whole
from canonpose.training import TrainingConfig
from canonpose.virtual.clips import read_motions
from canonpose.virtual.noise import NoiseConfig
from canonpose.virtual.plan import FULL, SMALL, PlanConfig, PlanRow, plan
from canonpose.virtual.plan_table import COLUMNS, csv, markdown, plot_plan, rig_means


@dataclass(frozen=True)
class Plan:
    """Compare numbers and angles of cameras before filming.

    A lifter is trained on virtual footage of each rig, and scored on single views from all around
    of clips that were held back. What matters is the order of the rigs: with small trainings, the
    default, errors are larger than full ones would give. Repeat the command to go on where it was
    stopped.
    """

    clips: tyro.conf.Positional[tuple[Path, ...]]
    """Motion files of one skeleton (.npz, .bvh, .c3d), or folders of them."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="OUT")]
    """Folder for plan.md, plan.csv, plan.png and the result of each training."""
    cameras: str = "2,3,4"
    """Numbers of cameras, separated by commas."""
    angles: str = "30,60,90,120,180"
    """Degrees from each camera to the next, separated by commas; rigs in which two cameras would
    coincide are left out."""
    seeds: int = 1
    """Trainings of each rig."""
    full: Switch = False
    """Train as `canonpose train --preset fast --start-from nothing` does: hours rather than minutes
    without a GPU."""
    moments: int = 3000
    """Of motion to train on, at most."""
    up: Literal["y", "z"] | None = None
    """The files' vertical axis, where the body does not show it."""
    units: Literal["m", "cm", "mm"] | None = None
    """The files' unit of length, where it is neither declared nor shown by the body."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    noise: NoiseConfig = field(default_factory=NoiseConfig)


def main(arguments: Sequence[str], config: TrainingConfig | None = None) -> None:
    """Parse and run; a training config given here comes before the options."""
    options = parse(Plan, "plan", arguments)
    console = Console(highlight=False)
    chosen = FULL if options.full else SMALL
    settings = PlanConfig(
        cameras=tuple(map(int, _numbers(options.cameras, "--cameras"))),
        angles=_numbers(options.angles, "--angles"),
        seeds=options.seeds,
        moments=options.moments,
        noise=options.noise,
        training=config or chosen,
    )
    motions = read_motions(options.clips, up=options.up, units=options.units)
    trainings = len(settings.rigs()) * settings.seeds
    console.print(f"{len(motions)} clips, {trainings} trainings; the bar tells how long it takes")
    with progress_bar(console) as bar:
        task = bar.add_task("training", total=trainings)

        def show(row: PlanRow, done: int, total: int) -> None:
            bar.update(task, completed=done)
            bar.console.print(
                f"{done}/{total}: {row.cameras} cameras, {row.angle:g} degrees: "
                f"P-MPJPE {row.p_mpjpe:.1f} mm ({row.seconds:.0f} s)"
            )

        rows = plan(motions, options.output, settings, device=options.device, progress=show)
    write_whole(options.output / "plan.md", markdown(rows))
    write_whole(options.output / "plan.csv", csv(rows))
    plot_plan(rows, options.output / "plan.png")
    _print(console, rows)
    console.print(f"{options.output / 'plan.md'}, plan.csv, plan.png", soft_wrap=True)


def _numbers(text: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in comma_separated(text) or ())
    except ValueError:
        raise InputError(f"{option} {text}: give numbers separated by commas.") from None


def _print(console: Console, rows: Sequence[PlanRow]) -> None:
    table = Table(*COLUMNS, box=None, pad_edge=False)
    for column in table.columns:
        column.justify = "right"
    for cameras, angle, trainings, p_mpjpe, n_mpjpe in rig_means(rows):
        table.add_row(
            str(cameras), f"{angle:g}", str(trainings), f"{p_mpjpe:.1f}", f"{n_mpjpe:.1f}"
        )
    console.print(table)
