"""``canonpose train``."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape

from canonpose import training
from canonpose.association import LifterVote
from canonpose.cli.captures import capture_of, check_named_once
from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat
from canonpose.cli.parsing import Switch, option_value, parse
from canonpose.cli.presets import of_default_length, preset_of, static_cameras
from canonpose.cli.progress import progress_bar
from canonpose.cli.trainings import print_training, show_progress, stage_bars, training_bar
from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.lifter import TrainedLifter
from canonpose.lifter.pretrained import lifter_named
from canonpose.lifter.temporal import TemporalConfig
from canonpose.lifter.trained import CARD
from canonpose.refining import RefineConfig, train_refined
from canonpose.refining.stages import holds_student
from canonpose.temporal import (
    TemporalProgress,
    TemporalTraining,
    lifter_to_go_on_with,
    train_over_time,
)
from canonpose.training import TrainingConfig
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.distributed import Processes, joined
from canonpose.training.store import Store, is_store, open_store


@dataclass(frozen=True)
class Train:
    """Train a lifter on uncalibrated footage, without any annotation.

    A capture is a folder of takes; a take is a folder of one video or keypoint file per camera.
    """

    capture: tyro.conf.Positional[tuple[Path, ...]]
    """Folders of takes, or single takes; or what `canonpose pack` made of such."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="RUN")]
    """Folder for the trained lifter, its log, curves and checkpoints."""
    preset: str | None = None
    """fast (for cameras that stand still), moving (where they may not), released (the authors'
    code) or paper (the paper's text); fast or moving by what is said of the cameras."""
    cameras: str | None = None
    """Cameras to use, separated by commas; all by default."""
    static_cameras: Switch = False
    """The cameras stand still during each take: use camera-consistency."""
    moving_cameras: Switch = False
    """The cameras move or zoom, whatever capture.toml says: camera-consistency only between moments
    that are close in time."""
    person: str | None = None
    """Which person to take, by camera where there are several: cam01=2,cam02=1. By default the
    one who tracks best and moves alike in all cameras."""
    people_from: Annotated[Path | None, tyro.conf.arg(metavar="RUN")] = None
    """A training of any footage, or `pretrained`, whose lifter votes on who is who where a camera
    sees several people."""
    layout: str | None = None
    """Joint layout of the files where they do not tell: a name or a skeleton TOML file."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    memory: Annotated[float | None, tyro.conf.arg(metavar="GB")] = None
    """Of packed footage: how much of the device's memory the samples may take up, by default half
    of what is free; more stays on disk."""
    refine: Switch = False
    """Solve the footage in 3D, from all views together, and train a student on that. What solves it
    is the lifter that training starts from, else one that is trained self-supervised first, into
    RUN/self-supervised. Done by default where the footage is not packed, and none of --preset,
    --epochs and --min-steps is given."""
    no_refine: Switch = False
    """Do not: train self-supervised alone, which is less exact."""
    window: int = 0
    """Afterwards solve the footage and train a temporal lifter for video, that looks at so many
    frames: 9, 27, 81, 243 or another power of 3. With --resume, of a finished training."""
    resume: Switch = False
    """Go on with an interrupted training."""
    overwrite: Switch = False
    """Train anew into a folder that holds a training."""
    detector: Flat = DEFAULT_DETECTOR
    refining: RefineConfig = field(default_factory=RefineConfig)
    temporal: TemporalTraining = field(default_factory=TemporalTraining)
    config: Annotated[TrainingConfig, tyro.conf.arg(name="")] = training.PRESETS["fast"]


def main(arguments: Sequence[str]) -> None:
    """Parse and run, or join the other processes that ``torchrun`` started for the same."""
    with joined() as processes:
        _train(arguments, processes)


def _train(arguments: Sequence[str], processes: Processes) -> None:
    options = _parsed(arguments, "fast")
    if options.window:
        _shape(options)  # refuses an odd one before anything is trained
    check_named_once(options.capture)
    console = Console(highlight=False, quiet=not processes.first)
    with processes.first_ahead():
        footage = _footage(console, options)
    if options.preset is None:
        options = _parsed(arguments, training.default_preset(footage.static_cameras))
        options = replace(options, refine=_refines(options, footage, processes))
    try:
        lifter = _stages(options, footage, processes, console)
    except KeyboardInterrupt:
        console.print(f"stopped; the same command with --resume goes on, in {options.output}")
        raise
    print_training(console, lifter)
    console.print(f"trained lifter: {options.output}", soft_wrap=True)


def _stages(
    options: Train, footage: Capture | Store, processes: Processes, console: Console
) -> TrainedLifter:
    """All that is asked for, one after the other."""
    further = "--refine" if options.refine else "--window" if options.window else None
    if further is None:
        return trained(options, footage, processes, console)
    if not isinstance(footage, Capture):
        raise InputError(f"{further}: solves the footage, and this is packed; name its folder.")
    if processes.count > 1:
        raise InputError(f"{further}: runs in one process; start it without torchrun.")
    lifter = _to_go_on_with(options, footage)
    if lifter is None and options.refine:
        lifter = refined(options, footage, console)
    elif lifter is None:
        lifter = trained(options, footage, processes, console)
    if options.window:
        over_time(options, footage, lifter, console)
    return lifter


def trained(
    options: Train, footage: Capture | Store, processes: Processes, console: Console
) -> TrainedLifter:
    """Train with a bar."""
    with training_bar(console) as bar:
        task = bar.add_task("training", total=None, loss="")
        return training.train(
            footage,
            options.output,
            options.config,
            resume=options.resume or processes.restarts > 0,
            overwrite=options.overwrite,
            device=options.device,
            memory=options.memory,
            processes=processes,
            progress=lambda progress: show_progress(bar, task, progress),
        )


def refined(options: Train, capture: Capture, console: Console) -> TrainedLifter:
    """Train, solve and train the student, with a bar for each training."""
    with stage_bars(console) as show:
        return train_refined(
            capture,
            options.output,
            options.config,
            options.refining,
            resume=options.resume,
            overwrite=options.overwrite,
            device=options.device,
            progress=show,
            say=lambda sentence: console.print(escape(sentence), soft_wrap=True),
        )


def over_time(options: Train, capture: Capture, lifter: TrainedLifter, console: Console) -> None:
    """Solve and train the temporal lifter, with a bar."""
    with progress_bar(console, "round", field="error") as bar:
        task = bar.add_task("over time", total=None, error="")

        def show(progress: TemporalProgress) -> None:
            error = f"error {progress.position:.4f} body heights"
            bar.update(task, completed=progress.round, total=progress.rounds, error=error)

        train_over_time(
            capture,
            lifter,
            options.output,
            replace(options.temporal, shape=_shape(options), seed=options.config.seed),
            device=options.device,
            progress=show,
            say=lambda sentence: console.print(escape(sentence), soft_wrap=True),
        )


def _shape(options: Train) -> TemporalConfig:
    return replace(options.temporal.shape, window=options.window)


def _to_go_on_with(options: Train, capture: Capture) -> TrainedLifter | None:
    """A finished lifter to which only a temporal one is to be added."""
    if not (options.window and options.resume):
        return None
    return lifter_to_go_on_with(options.output, capture)


def _refines(options: Train, footage: Capture | Store, processes: Processes) -> bool:
    """Whether there is a second stage: as asked, else where it can be in a default training.

    What is resumed goes on as it was begun.
    """
    if options.refine or options.no_refine:
        return options.refine
    if not isinstance(footage, Capture) or processes.count > 1:
        return False
    if not of_default_length(options.config, training.default_preset(footage.static_cameras)):
        return False
    run = options.output
    begun = (run / CARD).exists() or (run / CHECKPOINT).exists()
    return not (options.resume and begun) or holds_student(run)


def _parsed(arguments: Sequence[str], preset: str) -> Train:
    """The options; what they do not say is as in a preset, unless they name another."""
    config = preset_of(arguments, preset)
    default = Train(capture=tyro.MISSING, output=tyro.MISSING, config=config)
    options = parse(Train, "train", arguments, default)
    if options.refine and options.no_refine:
        raise InputError("--refine and --no-refine contradict each other; give one.")
    for overruled, said in (("--temporal.seed", "--seed"), ("--temporal.shape.window", "--window")):
        if option_value(arguments, overruled, ""):
            raise InputError(f"{overruled}: is what {said} says; give that.")
    return options


def _footage(console: Console, options: Train) -> Capture | Store:
    """What is to be trained on, read or, if it is packed, opened."""
    packed = [is_store(folder) for folder in options.capture]
    if all(packed):
        footage: Capture | Store = _opened(options)
    elif any(packed):
        raise InputError(
            f"{options.capture[packed.index(False)]}: is not packed, and "
            f"{options.capture[packed.index(True)]} is; `canonpose pack` both, or give neither so."
        )
    else:
        vote = LifterVote(lifter_named(options.people_from)) if options.people_from else None
        footage = capture_of(options, console, static_cameras(options), vote)
    if footage.static_cameras is None:
        console.print(
            "cameras: taken as moving; if each stood still, say so with --static-cameras, for much "
            "better results in less time",
            soft_wrap=True,
        )
    return footage


def _opened(options: Train) -> Store:
    for option in ("cameras", "person", "people_from", "layout"):
        if getattr(options, option) is not None:
            raise InputError(
                f"--{option.replace('_', '-')}: was decided when {options.capture[0]} was packed; "
                f"pack the footage again with it."
            )
    return open_store(options.capture, static_cameras=static_cameras(options))
