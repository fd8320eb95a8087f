"""What a progress bar leaves behind when it ends."""

import io

import pytest
from rich.console import Console

from canonpose.cli.progress import progress_bar


@pytest.fixture(params=[False, True], ids=["file", "terminal"])
def console(request):
    return Console(file=io.StringIO(), force_terminal=request.param, width=100)


def left_by(console, *tasks):
    """What a file holds in the end, and how a terminal is told to go back over what it showed."""
    with progress_bar(console, "epoch") as bar:
        for name, done in tasks:
            bar.update(bar.add_task(name, total=None), completed=done, total=done or None)
    return console.file.getvalue()


def test_what_was_done_stays(console):
    assert "training" in (said := left_by(console, ("training", 3)))
    assert "epoch 3/3" in said


def test_of_what_did_not_begin_nothing_does(console):
    last = left_by(console, ("first", 3), ("second", 0)).rpartition("first")[2]
    assert "epoch 3/3" in last and "second" not in last


def test_where_nothing_began_there_is_not_even_a_line():
    assert left_by(Console(file=io.StringIO()), ("training", 0)) == ""
    assert left_by(Console(file=io.StringIO())) == ""
