"""``canonpose lift``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import tyro
from rich.console import Console
from rich.markup import escape

from canonpose.cli.detecting import DEFAULT_DETECTOR, Flat, detecting
from canonpose.cli.overlay import draw_overlay, video_of
from canonpose.cli.parsing import comma_separated, parse, persons_by_camera
from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.exporters.npz import save_poses
from canonpose.fusing import Fused, KnownRig, lift_views, read_rig
from canonpose.inference import lift
from canonpose.lifter import TrainedLifter
from canonpose.lifter.pretrained import PRETRAINED, lifter_named
from canonpose.lifter.trained import CARD
from canonpose.readers import read_keypoints
from canonpose.readers.one_take import ViewsOfTake, is_one_view, read_take
from canonpose.solving.files import write_take


@dataclass(frozen=True)
class Lift:
    """Lift one camera's video or 2D keypoints to 3D, or several cameras' to one 3D together."""

    input: tyro.conf.Positional[tuple[Path, ...]]
    """Video, keypoint file, or folder of OpenPose files. To fuse several cameras: the folder of a
    take, or a file for each of them."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="OUT.npz")]
    """File for the poses."""
    model: Annotated[str | None, tyro.conf.arg(aliases=["-m"], metavar="RUN")] = None
    """Folder of a trained lifter; by default the one that --rig was solved with, else the one that
    comes with canonpose, which has not seen your footage."""
    subject_height: float | None = None
    """Standing height in metres; makes the result metric."""
    person: str | None = None
    """Which person of the file, counted from 1; by default the one that tracks best. With several
    cameras by camera: cam01=2,cam02=1."""
    layout: str | None = None
    """Joint layout of the file where it does not tell: a name or a skeleton TOML file."""
    cameras: str | None = None
    """Of several cameras: those to use, separated by commas; all by default."""
    static_cameras: bool = False
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
    """auto, cpu, cuda, ...; for the lifter."""
    detector: Flat = DEFAULT_DETECTOR


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Lift, "lift", arguments)
    if len(options.input) == 1 and is_one_view(options.input[0]):
        _lift_one(options, options.input[0])
    else:
        _lift_several(options)


def _lift_one(options: Lift, source: Path) -> None:
    for name in ("cameras", "rig", "camera", "world"):
        if getattr(options, name) is not None:
            raise InputError(f"{source}: is of one camera, so --{name} says nothing; leave it out.")
    console = Console(highlight=False)
    drawn_on = options.overlay and video_of(source, options.video)
    lifter = _lifter(options, console)
    with detecting(console, options.detector) as detect:
        person = _person(options.person)
        keypoints = read_keypoints(source, layout=options.layout, person=person, detect=detect)
    if keypoints.person:
        console.print(escape(f"{keypoints.camera}: {keypoints.person}"), soft_wrap=True)
    poses = lift(keypoints, lifter, subject_height=options.subject_height, device=options.device)
    _save(options, poses, drawn_on, console)


def _lift_several(options: Lift) -> None:
    console = Console(highlight=False)
    rig = None if options.rig is None else read_rig(options.rig)
    if options.world is not None and (rig is None or not rig.cameras):
        raise InputError(f"--world {options.world}: needs --rig with the cameras' places.")
    lifter = _lifter(options, console)
    with detecting(console, options.detector) as detect:
        take = read_take(
            options.input,
            cameras=comma_separated(options.cameras),
            layout=options.layout,
            persons=persons_by_camera(options.person),
            detect=detect,
        )
    for note in take.notes:
        console.print(escape(note), soft_wrap=True)
    camera = options.camera or next(iter(take.views))
    drawn_on = None
    if options.overlay and camera in take.files:
        drawn_on = video_of(take.files[camera], options.video)
    fused = _fused(options, take, lifter, rig, console)
    if options.world is not None and fused.world is not None:
        write_take(fused.world, lifter.skeleton, fused.poses.units, options.world)
        console.print(f"in the rig's world: {options.world}", soft_wrap=True)
    _save(options, fused.poses, drawn_on, console)


def _fused(
    options: Lift,
    take: ViewsOfTake,
    lifter: TrainedLifter,
    rig: KnownRig | None,
    console: Console,
) -> Fused:
    static = options.static_cameras or bool(take.static_cameras)
    if options.static_cameras and take.static_cameras is False:
        raise InputError("capture.toml says that the cameras move; leave --static-cameras out.")
    how = "as cameras that may move; if they stood still, --static-cameras does much better"
    if rig is not None:
        how = "triangulated" if rig.cameras else "by the rig's rotations"
    elif static:
        how = "as cameras that stand still"
    told = f"{len(take.views)} cameras ({', '.join(take.views)}), {how}"
    console.print(escape(told), soft_wrap=True)
    return lift_views(
        take.views,
        lifter,
        rig=rig,
        static_cameras=static,
        camera=options.camera,
        subject_height=options.subject_height,
        device=options.device,
    )


def _lifter(options: Lift, console: Console) -> TrainedLifter:
    """The given one, else that of the rig, else the pretrained one."""
    model = options.model
    if model is None and options.rig is not None and (options.rig / "lifter" / CARD).exists():
        model = str(options.rig / "lifter")
    if model is None or model == PRETRAINED:
        console.print(
            "lifted by the pretrained lifter; one trained on footage of your own cameras "
            "(canonpose train), given with -m, does better",
            soft_wrap=True,
        )
    return lifter_named(model or PRETRAINED)


def _person(text: str | None) -> int | None:
    if text is not None and not text.isdecimal():
        raise InputError(f"--person {text}: write a number from 1.")
    return None if text is None else int(text)


def _save(options: Lift, poses: Poses, drawn_on: Path | None, console: Console) -> None:
    save_poses(poses, options.output)
    lifted = int(np.isfinite(poses.positions).all((1, 2)).sum())
    several = len(options.input) > 1 or not is_one_view(options.input[0])
    frame = f", in the frame of camera {poses.camera}" if several else ""
    console.print(
        f"{lifted} of {len(poses)} frames lifted, in units of {poses.units}{frame}: "
        f"{options.output}",
        markup=False,
        soft_wrap=True,
    )
    if options.overlay and drawn_on:
        draw_overlay(drawn_on, poses, options.overlay, console)
