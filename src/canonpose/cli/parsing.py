"""Command lines from dataclasses."""

from collections.abc import Sequence
from typing import Annotated, TypeVar

import tyro

from canonpose.errors import InputError

Options = TypeVar("Options")

Switch = Annotated[bool, tyro.conf.FlagCreatePairsOff]
"""An option of a command that is off by default, without a ``--no-...`` twin. Settings have both,
as a preset may have them either way."""


def parse(
    kind: type[Options], name: str, arguments: Sequence[str], default: Options | None = None
) -> Options:
    """Parse a command's options; wrong ones end the process with exit code 2."""
    prog, args = f"canonpose {name}", list(arguments)
    if default is None:
        return tyro.cli(kind, prog=prog, args=args)
    return tyro.cli(kind, prog=prog, args=args, default=default)


def option_value(arguments: Sequence[str], option: str, default: str) -> str:
    """The value of one option, before the others are parsed."""
    for place, argument in enumerate(arguments):
        if argument == option and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(option + "="):
            return argument.split("=", 1)[1]
    return default


def comma_separated(text: str | None) -> tuple[str, ...] | None:
    """``c01,c03`` to its parts; None stays None."""
    if text is None:
        return None
    return tuple(part.strip() for part in text.split(",") if part.strip())


def persons_by_camera(text: str | None) -> dict[str, int]:
    """``cam01=2,cam02=1`` to numbers of persons by camera; None is empty."""
    persons = {}
    for part in comma_separated(text) or ():
        camera, _, number = part.partition("=")
        if not number.isdecimal():
            raise InputError(f"--person {part}: write the camera and a number, as in cam01=2.")
        persons[camera] = int(number)
    return persons


def frame_rate(fps: float | None) -> float | None:
    """The value of ``--fps``, if it is one.

    Raises
    ------
    InputError
        If it is no number above 0.
    """
    if fps is not None and not 0 < fps < float("inf"):
        raise InputError(f"--fps {fps:g}: must be a number above 0.")
    return fps
