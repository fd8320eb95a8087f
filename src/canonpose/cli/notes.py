"""What several commands say to the user."""

from collections.abc import Iterable

from rich.console import Console
from rich.markup import escape

from canonpose.lifter.naming import PRETRAINED


def print_notes(console: Console, notes: Iterable[str]) -> None:
    """What a reader or solver decided, a line each."""
    for note in notes:
        console.print(escape(note), soft_wrap=True)


def say_if_pretrained(model: str, console: Console) -> None:
    """That a lifter of one's own does better."""
    if model == PRETRAINED:
        console.print(
            "lifted by the pretrained lifter; one trained on footage of your own cameras "
            "(canonpose train), given with -m, does better",
            soft_wrap=True,
        )
