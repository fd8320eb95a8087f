"""``canonpose live``."""

import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console

from canonpose.cli.detecting import DetectorOptions, Flat
from canonpose.cli.parsing import Switch, parse
from canonpose.detection.registry import create_detector
from canonpose.errors import InputError
from canonpose.lifter.pretrained import PRETRAINED, lifter_named
from canonpose.lifter.temporal import own_temporal
from canonpose.live import LiveSession, LiveSettings
from canonpose.live.playback import Playback
from canonpose.live.source import Source
from canonpose.live.state import Timing
from canonpose.live.webcam import Webcam


@dataclass(frozen=True)
class Live:
    """Show a camera or a video with its 2D and 3D skeleton in a browser, while it runs."""

    video: tyro.conf.Positional[Path | None] = None
    """A video, played at its own speed; or give --camera."""
    model: Annotated[str, tyro.conf.arg(aliases=["-m"], metavar="RUN")] = PRETRAINED
    """Folder of a trained lifter; by default the one that comes with canonpose."""
    camera: int | None = None
    """Which of this machine's cameras, from 0."""
    single_frame: Switch = False
    """Lift every picture by itself, even if the model knows how to join them over time."""
    subject_height: float | None = None
    """Standing height in metres; makes the result metric."""
    loop: Switch = False
    """Play the video again and again."""
    port: int = 0
    """Port of 127.0.0.1, where the page is; a free one by default."""
    open: Switch = False
    """Open the page in the browser."""
    seconds: float | None = None
    """Stop after so long; by default, run until Ctrl-C."""
    detector: Flat = field(default_factory=DetectorOptions)


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Live, "live", arguments)
    console = Console(highlight=False)
    settings = LiveSettings(port=options.port, subject_height=options.subject_height)
    source = _source(options)
    lifter = lifter_named(options.model)
    temporal = None  # what comes unasked gains less, live, than it costs
    if options.model != PRETRAINED and not options.single_frame:
        temporal = own_temporal(options.model)
    detector = create_detector(options.detector)
    with LiveSession(source, detector, lifter, settings, temporal) as session:
        console.print(f"live: {session.url} (Ctrl-C ends it)", soft_wrap=True)
        if options.open:
            webbrowser.open(session.url)
        try:
            session.wait(options.seconds, lambda why: console.print(f"{why}; Ctrl-C ends this"))
        finally:
            summary = _summary(session.moment.timing, session.to_screen)
            console.print(summary, soft_wrap=True)


def _summary(timing: Timing, to_screen: float | None) -> str:
    counts = f"{timing.seen} pictures lifted, {timing.dropped} dropped"
    if timing.lifted is None or timing.detection is None or timing.lifting is None:
        return counts
    screen = "" if to_screen is None else f", {1000 * to_screen:.0f} ms to the browser's screen"
    return (
        f"{counts}; at the end {timing.fps:.1f} a second, {1000 * timing.lifted:.0f} ms from a "
        f"picture to its 3D (detection {1000 * timing.detection:.0f} ms, lifting "
        f"{1000 * timing.lifting:.1f} ms){screen}"
    )


def _source(options: Live) -> Source:
    if (options.video is None) == (options.camera is None):
        raise InputError("live shows one source: give a video, or --camera 0.")
    if options.video is not None:
        return Playback(options.video, loop=options.loop)
    if options.loop:
        raise InputError("--loop: a camera does not end; leave it out.")
    return Webcam(options.camera or 0)
