"""``canonpose morph train`` and ``canonpose morph apply``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, cast

import tyro
from rich.console import Console
from rich.markup import escape

from canonpose import morphing
from canonpose.cli.notes import print_notes
from canonpose.cli.parsing import Switch, comma_separated, option_value, parse
from canonpose.cli.trainings import show_progress, training_bar
from canonpose.datamodel import Capture, Keypoints
from canonpose.device import choose_device
from canonpose.errors import InputError
from canonpose.exporters.captures import (
    needs_layout,
    write_capture,
    write_keypoints,
    write_skeleton,
)
from canonpose.folders import check_not_over
from canonpose.morphing import MorphingConfig
from canonpose.morphing.trained import FILES
from canonpose.readers import read_capture
from canonpose.readers.one_take import is_one_view
from canonpose.readers.one_view import view_of_file


@dataclass(frozen=True)
class MorphTrain:
    """Learn to bring a detector's 2D joints to another skeleton, from true 2D joints.

    Use footage of subjects that no lifter is trained on. DETECTED and TRUE are both captures, with
    takes and cameras of the same names, or both the keypoints of one camera.
    """

    detected: tyro.conf.Positional[Path]
    """What a detector saw: a capture, or one camera's keypoints."""
    true: tyro.conf.Positional[Path]
    """What it should have seen, frame by frame, of the same or another skeleton."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="MORPH")]
    """Folder for the trained morphing."""
    preset: str = "fast"
    """fast, or released (the authors' code)."""
    cameras: str | None = None
    """Cameras to use, separated by commas; all of DETECTED by default."""
    layout: str | None = None
    """Joint layout of DETECTED where it does not tell: a name or a skeleton TOML file."""
    true_layout: str | None = None
    """Joint layout of TRUE where it does not tell."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    overwrite: Switch = False
    """Write into a folder that holds a morphing."""
    config: Annotated[MorphingConfig, tyro.conf.arg(name="")] = morphing.MORPHING_PRESETS["fast"]


@dataclass(frozen=True)
class MorphApply:
    """Bring detected keypoints to the skeleton of a morphing, for `canonpose train` or `lift`."""

    input: tyro.conf.Positional[Path]
    """One camera's keypoints, or a capture."""
    model: Annotated[Path, tyro.conf.arg(aliases=["-m"], metavar="MORPH")]
    """Folder of a trained morphing."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="OUT")]
    """Keypoint file (.npz) to write, or a folder for the capture."""
    cameras: str | None = None
    """Cameras of the capture to use, separated by commas; all by default."""
    person: int | None = None
    """Which person of the file, counted from 1; by default the one that tracks best."""
    layout: str | None = None
    """Joint layout of the files where they do not tell: a name or a skeleton TOML file."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    overwrite: Switch = False
    """Write over a keypoint file that is there; a capture's folder must be new."""


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    console = Console(highlight=False)
    options = parse(cast(Any, _commands(arguments)), "morph", arguments)
    if isinstance(options, MorphTrain):
        _train(options, console)
    else:
        _apply(options, console)


def _commands(arguments: Sequence[str]) -> Any:
    preset = morphing.morphing_preset(option_value(arguments, "--preset", "fast"))
    if option_value(arguments, "--epochs", ""):
        preset = replace(preset, min_steps=0)  # whoever says how many epochs means it
    default = MorphTrain(tyro.MISSING, tyro.MISSING, tyro.MISSING, config=preset)
    train = tyro.conf.subcommand("train", default=default)
    return Annotated[MorphTrain, train] | Annotated[MorphApply, tyro.conf.subcommand("apply")]


def _train(options: MorphTrain, console: Console) -> None:
    if (options.output / FILES.card).exists() and not options.overwrite:
        raise InputError(
            f"{options.output}: holds a trained morphing; write over it with --overwrite, or "
            f"choose another folder."
        )
    pairs = _read_pairs(options, console)
    with training_bar(console) as bar:
        task = bar.add_task("training", total=None, loss="")
        trained = morphing.train_morphing(
            pairs,
            options.config,
            device=options.device,
            progress=lambda progress: show_progress(bar, task, progress),
        )
    morphing.save_morphing(trained, options.output)
    plain, better = morphing.morphing_errors(pairs, trained).means()
    console.print(
        f"{trained.provenance['poses']} poses, {trained.source.name} to {trained.target.name}: "
        f"mean error {1000 * plain:.1f} converted by name, {1000 * better:.1f} morphed, in "
        f"thousandths of a pose's size; on the poses that it was learned from",
        soft_wrap=True,
    )
    console.print(f"trained morphing: {options.output}", soft_wrap=True)


def _apply(options: MorphApply, console: Console) -> None:
    model = morphing.load_morphing(options.model).to(choose_device(options.device))
    if is_one_view(options.input):
        _apply_to_one(options, model, console)
    else:
        _apply_to_capture(options, model, console)


def _apply_to_one(options: MorphApply, model: morphing.TrainedMorphing, console: Console) -> None:
    if options.output.suffix != ".npz":
        raise InputError(f"-o {options.output}: one camera's keypoints become a file; end in .npz.")
    described = options.output.with_suffix(".toml") if needs_layout(model.target) else None
    written = [path for path in (options.output, described) if path is not None]
    # A layout that is a name, and no file, is in nobody's way.
    check_not_over(written, [options.input, *([Path(options.layout)] if options.layout else [])])
    for path in written:
        if path.exists() and not options.overwrite:
            raise InputError(f"{path}: is there already; add --overwrite or choose another name.")
    view = view_of_file(options.input, layout=options.layout)
    if options.person is not None:
        view = replace(view, person=options.person)
    morphed = morphing.apply_morphing(view.read(), model)
    write_keypoints(morphed, options.output)
    console.print(_told(morphed, options.output), soft_wrap=True)
    if described is not None:
        write_skeleton(model.target, described)
        console.print(f"read it with --layout {described}", soft_wrap=True)


def _apply_to_capture(
    options: MorphApply, model: morphing.TrainedMorphing, console: Console
) -> None:
    if options.person is not None:
        raise InputError("--person: a capture's persons are chosen in its capture.toml.")
    capture = _read(options.input, options.cameras, options.layout, console)
    morphed = morphing.morphed_capture(capture, model)
    write_capture(morphed, options.output)
    for take in morphed.takes:
        for camera, view in take.views.items():
            console.print(_told(view, options.output / take.name / f"{camera}.npz"), soft_wrap=True)


def _told(morphed: Keypoints, path: Path) -> str:
    seen = int(morphed.seen[:, morphed.skeleton.root_index].sum())
    return (
        f"{seen} of {len(morphed)} frames morphed to {morphed.skeleton.name}: {escape(str(path))}"
    )


def _read_pairs(options: MorphTrain, console: Console) -> list[tuple[Keypoints, Keypoints]]:
    one_camera = is_one_view(options.detected)
    if one_camera != is_one_view(options.true):
        raise InputError(
            f"{options.detected} and {options.true}: one is a capture, the other is one camera; "
            f"give two of a kind."
        )
    if one_camera:
        detected = view_of_file(options.detected, layout=options.layout).read()
        return [(detected, view_of_file(options.true, layout=options.true_layout).read())]
    seen = _read(options.detected, options.cameras, options.layout, console)
    true = _read(options.true, ",".join(seen.cameras), options.true_layout, console)
    return morphing.pairs_of_captures(seen, true)


def _read(folder: Path, cameras: str | None, layout: str | None, console: Console) -> Capture:
    capture = read_capture(folder, cameras=comma_separated(cameras), layout=layout)
    print_notes(console, capture.notes)
    return capture
