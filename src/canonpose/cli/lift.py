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
from canonpose.cli.parsing import parse
from canonpose.deployment.runtimes import Runtime, lifting_by
from canonpose.exporters.npz import save_poses
from canonpose.lifter.naming import PRETRAINED
from canonpose.readers import read_keypoints

EACH = "--each"
"""Makes it a command of its own, for many files."""


@dataclass(frozen=True)
class Lift:
    """Lift one camera's video or 2D keypoints to 3D."""

    input: tyro.conf.Positional[Path]
    """Video, keypoint file, or folder of OpenPose files."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="OUT.npz")]
    """File for the poses."""
    model: Annotated[str, tyro.conf.arg(aliases=["-m"], metavar="RUN")] = PRETRAINED
    """Folder of a trained lifter; by default the one that comes with canonpose, which has not seen
    your footage."""
    single_frame: bool = False
    """Lift every frame by itself, even if the training knows how to join them over time."""
    subject_height: float | None = None
    """Standing height in metres; makes the result metric."""
    person: int | None = None
    """Which person of the file, counted from 1; by default the one that tracks best."""
    layout: str | None = None
    """Joint layout of the file where it does not tell: a name or a skeleton TOML file."""
    overlay: Annotated[Path | None, tyro.conf.arg(metavar="OUT.mp4")] = None
    """Also write a video: the 2D skeleton over the pictures, the 3D skeleton beside them."""
    video: Path | None = None
    """For --overlay: the video from which the keypoint file was made."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    runtime: Runtime = "torch"
    """onnx lifts without PyTorch, and starts faster: by a file that canonpose export wrote, or the
    lifter.onnx in the folder of the model."""
    each: bool = False
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
    drawn_on = options.overlay and video_of(options.input, options.video)
    lift = lifting_by(
        options.runtime, options.model, options.device, single_frame=options.single_frame
    )
    if options.model == PRETRAINED:
        console.print(
            "lifted by the pretrained lifter; one trained on footage of your own cameras "
            "(canonpose train), given with -m, does better",
            soft_wrap=True,
        )
    with detecting(console, options.detector) as detect:
        keypoints = read_keypoints(
            options.input, layout=options.layout, person=options.person, detect=detect
        )
    if keypoints.person:
        console.print(escape(f"{keypoints.camera}: {keypoints.person}"), soft_wrap=True)
    poses = lift(keypoints, options.subject_height)
    save_poses(poses, options.output)
    lifted = int(np.isfinite(poses.positions).all((1, 2)).sum())
    console.print(
        f"{lifted} of {len(poses)} frames lifted, in units of {poses.units}: {options.output}",
        soft_wrap=True,
    )
    if options.overlay and drawn_on:
        draw_overlay(drawn_on, poses, options.overlay, console)
