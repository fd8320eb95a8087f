"""``canonpose lift``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from rich.console import Console
from rich.markup import escape

from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat, detecting
from canonpose.cli.notes import say_if_pretrained
from canonpose.cli.overlay import draw_overlay, video_of
from canonpose.cli.parsing import Switch, comma_separated, frame_rate, parse, persons_by_camera
from canonpose.datamodel import Poses
from canonpose.deployment.runtimes import Runtime, lifting_by
from canonpose.errors import InputError
from canonpose.exporters.npz import save_poses
from canonpose.folders import check_not_over
from canonpose.lifter.naming import PRETRAINED
from canonpose.readers.capture import check_persons_are_used
from canonpose.readers.folders import find_takes
from canonpose.readers.one_take import is_one_view
from canonpose.readers.one_view import OneView, only_view, view_of_file

FOR_SEVERAL = ("rig", "camera", "world")
"""Options that say nothing about one camera."""

EACH = "--each"
"""Makes it a command of its own, for many files."""


@dataclass(frozen=True)
class Lift:
    """Lift one camera's video or 2D keypoints to 3D, or those of several cameras to one 3D."""

    input: tyro.conf.Positional[tuple[Path, ...]]
    """Video, keypoint file, or folder of OpenPose files. To fuse several cameras: the folder of a
    take, or a file for each of them."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="OUT.npz")]
    """File for the poses."""
    model: Annotated[str | None, tyro.conf.arg(aliases=["-m"], metavar="RUN")] = None
    """Folder of a trained lifter; by default the one that solved --rig, else the one that comes
    with canonpose, which has not seen your footage."""
    single_frame: Switch = False
    """Lift every frame of a recording by itself, and not as a mean over its neighbours."""
    subject_height: float | None = None
    """Standing height in metres; makes the result metric."""
    person: str | None = None
    """Which person of the file, counted from 1; by default the one that tracks best. Of several
    cameras by camera: cam01=2,cam02=1."""
    layout: str | None = None
    """Joint layout of the file where it does not tell: a name or a skeleton TOML file."""
    fps: float | None = None
    """Frames per second, in place of what the file says; frames are joined over time by it."""
    cameras: str | None = None
    """Of several cameras: those to use, separated by commas; all by default."""
    static_cameras: Switch = False
    """Of several cameras: they stand still, which makes the result much better."""
    rig: Annotated[Path | None, tyro.conf.arg(metavar="SOLVED")] = None
    """Of several cameras: the folder that canonpose solve wrote for them, or a calibration file.
    Joints are then triangulated."""
    camera: str | None = None
    """Of several cameras: in whose frame the poses are; the first by default."""
    world: Annotated[Path | None, tyro.conf.arg(metavar="WORLD.npz")] = None
    """With --rig: also write the joints in the rig's world, with places."""
    overlay: Annotated[Path | None, tyro.conf.arg(metavar="OUT.mp4")] = None
    """Also write a video: the 2D skeleton over the pictures, the 3D skeleton beside them."""
    video: Path | None = None
    """For --overlay: the video from which the keypoint file was made."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    runtime: Runtime = "torch"
    """onnx lifts one camera without PyTorch, and starts faster: by a file that canonpose export
    wrote, or the lifter.onnx in the folder of the model."""
    each: Switch = False
    """Lift each of many files by itself, into a folder: see canonpose lift --each --help."""
    detector: Flat = DEFAULT_DETECTOR


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    if EACH in arguments:
        from canonpose.cli import lift_each

        lift_each.main([argument for argument in arguments if argument != EACH])
        return
    options = parse(Lift, "lift", arguments)
    console = Console(highlight=False)
    _check_not_over_input(options)
    _check_not_over_each_other(options)
    view = _only_view(options)
    if view is not None:
        _lift_one(options, view, console)
        return
    if options.runtime != "torch":
        raise InputError("--runtime onnx lifts one camera; leave it out to fuse several.")
    if options.single_frame:
        raise InputError(
            "--single-frame: several cameras are fused moment by moment anyway; leave it out."
        )
    from canonpose.cli.lift_together import lift_together  # by PyTorch, which is slow to import

    poses, drawn = lift_together(options, console)
    _save(options, poses, drawn, console, f", in the frame of camera {poses.camera}")


def _check_not_over_input(options: Lift) -> None:
    """Refuse to write over the footage; an overlay over its video is refused by `write_overlay`."""
    sources = list(options.input)
    if len(sources) == 1 and not is_one_view(sources[0]):
        sources = [file for cameras in find_takes(sources[0]).values() for file in cameras.values()]
    written = [path for path in (options.output, options.world) if path is not None]
    check_not_over(written, [*sources, options.video] if options.video else sources)
    check_not_over([options.overlay] if options.overlay else [], sources)


def _check_not_over_each_other(options: Lift) -> None:
    """Refuse two results in one file, links followed: the later would replace the earlier."""
    taken: dict[Path, str] = {}
    for name in ("output", "world", "overlay"):
        path = getattr(options, name)
        if path is None:
            continue
        if (other := taken.setdefault(path.resolve(), name)) != name:
            raise InputError(
                f"--{name} {path}: is the file of --{other} too; give each a file of its own."
            )


def _only_view(options: Lift) -> OneView | None:
    """The one camera that is lifted, a file's or of those of a take; None of several."""
    if len(options.input) == 1 and is_one_view(options.input[0]):
        if options.cameras is not None:
            raise _says_nothing("cameras", options.input[0])
        return view_of_file(options.input[0], layout=options.layout, fps=frame_rate(options.fps))
    return only_view(
        options.input,
        cameras=comma_separated(options.cameras),
        layout=options.layout,
        fps=frame_rate(options.fps),
    )


def _lift_one(options: Lift, view: OneView, console: Console) -> None:
    for name in FOR_SEVERAL:
        if getattr(options, name) is not None:
            raise _says_nothing(name, view.path)
    if options.person is not None:
        view = replace(view, person=_person(options.person, view.camera))
    drawn_on = options.overlay and video_of(view.path, options.video)
    lift = lifting_by(
        options.runtime,
        options.model or PRETRAINED,
        options.device,
        single_frame=options.single_frame,
    )
    say_if_pretrained(options.model or PRETRAINED, console)
    with detecting(console, options.detector) as detect:
        keypoints = view.read(detect)
    if keypoints.person:
        console.print(escape(f"{keypoints.camera}: {keypoints.person}"), soft_wrap=True)
    poses = lift(keypoints, options.subject_height)
    _save(options, poses, (drawn_on, poses) if drawn_on else None, console)


def _says_nothing(option: str, source: Path) -> InputError:
    return InputError(f"{source}: is of one camera, so --{option} says nothing; leave it out.")


def _person(text: str, camera: str) -> int:
    """The number of the person, which may come with the camera's name."""
    if text.isdecimal():
        return int(text)
    if "=" not in text:
        raise InputError(f"--person {text}: write a number from 1.")
    persons = persons_by_camera(text)
    check_persons_are_used(persons, [camera])
    return persons[camera]


def _save(
    options: Lift,
    poses: Poses,
    drawn: tuple[Path, Poses] | None,
    console: Console,
    frame: str = "",
) -> None:
    save_poses(poses, options.output)
    lifted = int(np.isfinite(poses.positions).all((1, 2)).sum())
    console.print(
        f"{lifted} of {len(poses)} frames lifted, in units of {poses.units}{frame}: "
        f"{options.output}",
        markup=False,
        soft_wrap=True,
    )
    if options.overlay and drawn:
        draw_overlay(*drawn, options.overlay, console)
