"""``canonpose solve``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from canonpose import training
from canonpose.cli.captures import capture_of
from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat
from canonpose.cli.notes import print_notes
from canonpose.cli.parsing import Switch, parse
from canonpose.cli.trainings import print_training, show_progress, training_bar
from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.inference.body_scale import segments_of
from canonpose.lifter import TrainedLifter, load_lifter
from canonpose.lifter.subject_height import check_height, size_of_subject
from canonpose.lifter.trained import CARD
from canonpose.solving import SolveConfig, one_rig, solve, write_solved
from canonpose.solving.files import FACTS, LIFTER, TAKES
from canonpose.solving.rig_views import check_sizes
from canonpose.solving.solved import Solved, SolvedRig
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.ready import ready_lifter


@dataclass(frozen=True)
class Solve:
    """Solve uncalibrated footage: its 3D from all views together, and its cameras.

    Where the cameras are said to stand still, takes of one rig are solved together: those of one
    subject in capture.toml, or all with --one-rig. Else they may pan, tilt, zoom or be held by
    hand: every take is solved by itself, and its poses are about their roots.
    """

    capture: tyro.conf.Positional[Path]
    """Folder of takes, or a single take."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="SOLVED")]
    """Folder for the 3D of every take, the cameras and solve.json."""
    model: Annotated[Path | None, tyro.conf.arg(aliases=["-m"], metavar="RUN")] = None
    """Folder of a trained lifter; by default the one that comes with canonpose and, where that has
    other joints or does not solve the footage, one that is trained on it, into SOLVED/lifter."""
    cameras: str | None = None
    """Cameras to use, separated by commas; all by default."""
    static_cameras: Switch = False
    """The cameras stand still during each take: more is found then."""
    one_rig: Switch = False
    """The cameras stayed where they were between all takes."""
    subject_height: float | None = None
    """Standing height in metres; makes the result metric."""
    person: str | None = None
    """Which person to take, by camera where there are several: cam01=2,cam02=1."""
    layout: str | None = None
    """Joint layout of the files where they do not tell: a name or a skeleton TOML file."""
    device: str = "auto"
    """auto, cpu, cuda, ...; for the lifter."""
    detector: Flat = DEFAULT_DETECTOR
    config: Annotated[SolveConfig, tyro.conf.arg(name="")] = field(default_factory=SolveConfig)


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Solve, "solve", arguments)
    console = Console(highlight=False)
    check_height(options.subject_height)  # before anything takes time
    capture = capture_of(options, console, True if options.static_cameras else None)
    if options.one_rig:
        capture = one_rig(capture)
    _check(capture, options.subject_height)
    solved, lifter = _solved(options, capture, console)
    write_solved(solved, options.output, lifter)
    for rig in solved.rigs:
        _print_rig(console, rig, options.config)
    _print_takes(console, solved)
    print_notes(console, solved.notes)
    written = [str(options.output / FACTS), TAKES]
    if any(rig.cameras for rig in solved.rigs):
        written.append("cameras")
    console.print(", ".join(written), markup=False, soft_wrap=True)


def _check(capture: Capture, subject_height: float | None) -> None:
    """Refuse what no lifter would solve: one would be trained in vain."""
    size_of_subject(subject_height, segments_of(capture.skeleton).units, capture.skeleton)
    if capture.static_cameras:  # else every take is solved by itself
        for rig in dict.fromkeys(take.rig for take in capture.takes):
            check_sizes([take for take in capture.takes if take.rig == rig])


def _solved(options: Solve, capture: Capture, console: Console) -> tuple[Solved, str | Path]:
    """By the given lifter, or that of an earlier run, else the pretrained one; else by one that is
    trained on this footage. With its folder or name.
    """
    folder = options.output / LIFTER
    begun = (folder / CHECKPOINT).exists()
    if options.model is not None:
        lifter = load_lifter(options.model)
        return _solved_by(lifter, options, capture, console), options.model
    if (folder / CARD).exists() and not begun:
        console.print(f"lifter: {folder}, trained before", soft_wrap=True)
        return _solved_by(load_lifter(folder), options, capture, console), folder
    preset = training.PRESETS[training.default_preset(capture.static_cameras)]
    if not begun and (ready := ready_lifter(capture, preset)) is not None:
        lifter, name = ready
        console.print(f"lifter: {name}, as it is")
        try:
            return _solved_by(lifter, options, capture, console), name
        except InputError as error:
            console.print(f"it does not solve this footage: {error}", markup=False, soft_wrap=True)
    lifter = _trained(options, folder, capture, console)
    return _solved_by(lifter, options, capture, console), folder


def _trained(options: Solve, folder: Path, capture: Capture, console: Console) -> TrainedLifter:
    """One that is trained on this footage, or goes on to be."""
    with training_bar(console) as bar:
        task = bar.add_task("training", total=None, loss="")
        lifter = training.train(
            capture,
            folder,
            resume=(folder / CHECKPOINT).exists(),
            device=options.device,
            progress=lambda progress: show_progress(bar, task, progress),
        )
    print_training(console, lifter)
    return lifter


def _solved_by(lifter: TrainedLifter, options: Solve, capture: Capture, console: Console) -> Solved:
    with console.status("solving") as status:

        def show(sentence: str) -> None:
            status.update(escape(sentence))
            if not console.is_terminal:
                console.print(escape(sentence), soft_wrap=True)

        return solve(
            capture,
            lifter,
            options.config,
            subject_height=options.subject_height,
            device=options.device,
            say=show,
        )


def _print_rig(console: Console, rig: SolvedRig, config: SolveConfig) -> None:
    table = Table("camera", "error px", "left out px", "focal px", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for report in rig.reports:
        numbers = (report.error, report.error_left_out, report.focal)
        table.add_row(escape(report.name), *(_number(number) for number in numbers))
    console.print(f"rig {rig.name}: {rig.projection}, {rig.lens}", markup=False, soft_wrap=True)
    if rig.projection == "weak" and config.projection == "auto":
        console.print(_why_weak(rig, config), soft_wrap=True)
    console.print(table)
    votes = rig.votes
    console.print(f"chirality by anatomy: {votes.anatomy}", markup=False, soft_wrap=True)
    if np.isfinite(votes.cost):
        console.print(
            f"chirality by perspective: cost {votes.cost:.3g}, of the mirrored world "
            f"{votes.mirrored_cost:.3g}",
            soft_wrap=True,
        )


def _why_weak(rig: SolvedRig, config: SolveConfig) -> str:
    """Why no perspective was found, and what that means for the cameras."""
    why = "the footage does not tell the focal lengths"
    remedy = "--projection perspective looks for more"
    looked_for = not np.isnan(rig.focal_deviation)
    if len(rig.reports) == 2 and not looked_for and not config.body:
        why = "two cameras that look at one person do not tell their focal lengths without bones"
        remedy = "leave out --no-body"
    elif not looked_for:
        why, remedy = "too few joints are seen well to tell where the cameras stand", "film more"
    return f"{why}: there are no places of the cameras, only how they are turned ({remedy})"


def _print_takes(console: Console, solved: Solved) -> None:
    for take in solved.takes:
        share = take.valid.mean()
        console.print(
            f"{take.name}: {share:.0%} of joints, uncertain by {np.nanmedian(take.sigma):.3g} "
            f"{solved.units} in the median",
            markup=False,
            soft_wrap=True,
        )


def _number(value: float) -> str:
    return f"{value:.1f}" if np.isfinite(value) else "–"
