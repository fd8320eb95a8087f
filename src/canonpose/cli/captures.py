"""Reading the capture that a command's options name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console

from canonpose.cli.detecting import DetectorOptions, detecting
from canonpose.cli.notes import print_notes
from canonpose.cli.parsing import comma_separated, persons_by_camera
from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.people.agreement import VoteOn
from canonpose.readers import read_capture


class OfACapture(Protocol):
    """Options of a command that reads one; what they mean is in their own help."""

    @property
    def capture(self) -> Path | tuple[Path, ...]:
        """One folder, or several."""

    @property
    def cameras(self) -> str | None:
        """Those to use."""

    @property
    def person(self) -> str | None:
        """Which person, by camera."""

    @property
    def layout(self) -> str | None:
        """Of files that do not tell."""

    @property
    def detector(self) -> DetectorOptions:
        """Of videos."""


def check_named_once(folders: Sequence[Path]) -> None:
    """Refuse no footage, and footage that would count twice.

    Raises
    ------
    InputError
        If there is no folder, or two of them are the same one, links followed.
    """
    if not folders:
        raise InputError("no capture is given; name the folder of at least one.")
    known: dict[Path, Path] = {}
    for folder in folders:
        place = folder.resolve()
        if place in known:
            raise InputError(
                f"{folder}: is the same footage as {known[place]}, and would count twice; name it "
                f"once."
            )
        known[place] = folder


def capture_of(
    options: OfACapture, console: Console, static: bool | None, vote: VoteOn | None = None
) -> Capture:
    """Read the capture, detect what are videos, and say what the reader decided."""
    with detecting(console, options.detector) as detect:
        capture = read_capture(
            options.capture,
            cameras=comma_separated(options.cameras),
            persons=persons_by_camera(options.person),
            layout=options.layout,
            static_cameras=static,
            detect=detect,
            vote=vote,
        )
    print_notes(console, capture.notes)
    return capture
