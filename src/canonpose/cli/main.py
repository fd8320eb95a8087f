"""``canonpose COMMAND``: find the command, run it, and put errors into one sentence."""

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from io import TextIOWrapper

from rich.console import Console
from rich.markup import escape

from canonpose.errors import InputError

COMMANDS = {
    "weights": "fetch the weights of the 2D detector",
    "detect": "find everyone in videos, and keep the 2D keypoints beside them",
    "sync": "find how the cameras of a take are shifted in time",
    "pack": "write footage larger than the memory into a folder to train from",
    "train": "train a lifter on uncalibrated, synchronised videos or 2D keypoints",
    "solve": "solve uncalibrated footage: its 3D from all views together, and its cameras",
    "uncertainty": "learn how far a lifter's joints may be off, so that lift says it",
    "lift": "lift one camera's video or 2D keypoints to 3D",
    "export": "write a lifter as an ONNX file, which runs without PyTorch",
    "live": "show a camera or a video with its 3D skeleton in a browser, while it runs",
    "evaluate": "score lifted poses against a 3D reference",
    "report": "write a web page that plays lifted poses beside their 2D input",
    "simulate": "film 3D motion with virtual cameras and a detector's noise",
    "plan": "tell how accuracy changes with the number and angles of cameras",
    "morph": "learn and apply the change from one detector's joints to other joints",
    "reproduce": "measure a table of the paper, or draw a figure, on a data set",
    "bench": "measure how fast training, lifting, scoring and detection are here",
    "demo": "train, lift, score and report on real footage, and say where the report is",
}
"""Each lives in a module of its name; none is imported before it is called."""

BAD_INPUT = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (2 for bad input, 130 when interrupted)."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    _print_any_name()
    console = Console(stderr=True, highlight=False)
    if not arguments or arguments[0] in ("-h", "--help"):
        _print_overview()
        return 0 if arguments else BAD_INPUT
    if arguments[0] == "--version":
        print(f"canonpose {version('canonpose')}")
        return 0
    if arguments[0] not in COMMANDS:
        known = ", ".join(COMMANDS)
        console.print(f"error: no command {arguments[0]!r}; use one of {known}.", markup=False)
        return BAD_INPUT
    command = import_module(f"canonpose.cli.{arguments[0]}")
    with warnings.catch_warnings():
        warnings.showwarning = lambda message, *_, **__: console.print(
            f"[yellow]warning:[/] {escape(str(message))}"
        )
        try:
            command.main(arguments[1:])
        except InputError as error:
            console.print(f"[red]error:[/] {escape(str(error))}", soft_wrap=True)
            return BAD_INPUT
        except KeyboardInterrupt:
            console.print("interrupted")
            return INTERRUPTED
    return 0


def _print_any_name() -> None:
    """Names of files need not be text in the terminal's encoding; escape what is not."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _print_overview() -> None:
    print(f"canonpose {version('canonpose')}: 3D human pose from uncalibrated cameras\n")
    print("usage: canonpose COMMAND [options]; canonpose COMMAND --help tells more\n")
    for name, purpose in COMMANDS.items():
        print(f"  {name:10} {purpose}")
