"""``canonpose simulate``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import tyro
from rich.console import Console

from canonpose.cli.notes import print_notes
from canonpose.cli.parsing import comma_separated, parse
from canonpose.errors import InputError
from canonpose.folders import check_free
from canonpose.readers.calibration import read_calibration
from canonpose.virtual.capture import Filming, VirtualTake, film
from canonpose.virtual.clips import read_motions
from canonpose.virtual.movement import Handheld, Movement, PanTiltZoom
from canonpose.virtual.noise import NoiseConfig
from canonpose.virtual.rigs import Optics, RandomRig, Rig, RingRig
from canonpose.virtual.writing import write_capture


@dataclass(frozen=True)
class Simulate:
    """Film 3D motion with virtual cameras, and write what a 2D detector would see of it.

    The result is a capture for `canonpose train`, with the exact 3D beside it.
    """

    clips: tyro.conf.Positional[tuple[Path, ...]]
    """Motion files of one person (.npz, .bvh, .c3d), or folders of them."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="CAPTURE")]
    """Folder for the capture; must be new or empty."""
    rig: Literal["ring", "random"] = "ring"
    """How the cameras stand around the path of the person."""
    cameras: int = 4
    """How many."""
    motion: Movement = "static"
    """static; ptz: the cameras pan, tilt and zoom after the person; handheld: they sway."""
    angles: str | None = None
    """Degrees around the vertical of a ring's cameras, separated by commas."""
    radius: float | None = None
    """Metres, the least of a ring."""
    elevation: float = 1.5
    """Metres of a ring's cameras above the ground."""
    calibration: Path | None = None
    """Cameras file, for real cameras in place of a rig; the motion then stays where it is."""
    subject: str = "subject"
    """The person's name; the takes share one rig."""
    every: int = 1
    """Use one of so many frames."""
    up: Literal["y", "z"] | None = None
    """The files' vertical axis, where the body does not show it."""
    units: Literal["m", "cm", "mm"] | None = None
    """The files' unit of length, where it is neither declared nor shown by the body."""
    seed: int = 0
    """Of all that is random."""
    optics: Optics = field(default_factory=Optics)
    noise: NoiseConfig = field(default_factory=NoiseConfig)
    ptz: PanTiltZoom = field(default_factory=PanTiltZoom)
    handheld: Handheld = field(default_factory=Handheld)


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Simulate, "simulate", arguments)
    console = Console(highlight=False)
    check_free(options.output)
    if options.every < 1:
        raise InputError(f"--every {options.every}: give a whole number from 1.")
    motions = read_motions(options.clips, up=options.up, units=options.units)
    print_notes(console, (note for motion in motions for note in motion.notes))
    filming = Filming(
        _rig(options), options.motion, options.ptz, options.handheld, options.noise, options.seed
    )
    cameras = None
    if options.calibration is not None:
        cameras = tuple(read_calibration(options.calibration).values())
    takes = film(
        [motion[:: options.every] for motion in motions],
        filming,
        subject=options.subject,
        cameras=cameras,
    )
    write_capture(takes, options.output)
    console.print(_summary(takes), soft_wrap=True)
    console.print(f"capture: {options.output}; truth: {options.output / 'truth'}", soft_wrap=True)


def _rig(options: Simulate) -> Rig:
    if options.rig == "random":
        return RandomRig(options.cameras, optics=options.optics)
    angles = None
    if options.angles is not None:
        try:
            angles = tuple(float(part) for part in comma_separated(options.angles) or ())
        except ValueError:
            raise InputError(
                f"--angles {options.angles}: give degrees separated by commas."
            ) from None
    return RingRig(
        options.cameras,
        angles=angles,
        radius=options.radius,
        elevation=options.elevation,
        optics=options.optics,
    )


def _summary(takes: Sequence[VirtualTake]) -> str:
    views = [view for take in takes for view in take.labelled.take.views.values()]
    scores = np.concatenate([view.scores.ravel() for view in views])
    frames = sum(len(take.labelled.take) for take in takes)
    return (
        f"takes: {len(takes)}, frames: {frames}, cameras: {len(takes[0].cameras)}; confidence "
        f"below 0.3 on {(scores < 0.3).mean():.0%} of the joints, "
        f"{(scores == 0).mean():.0%} missing"
    )
