from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from canonpose.cli.file_bars import FileBars
from canonpose.corpus.task import Task
from corpus import faulty

FILE = Path("cam.mp4")


def test_stretches_of_a_file_share_a_bar_and_the_whole_counts_anew():
    shown = Progress(console=Console(quiet=True))
    bars = FileBars(shown)
    parts = [Task(FILE, faulty.double, (number,)) for number in range(2)]
    whole = Task(FILE, faulty.refuse)
    states = []
    for task, done in ((parts[0], 3), (parts[1], 4), (parts[0], 5), (whole, 8)):
        bars.progress(task, done, 10)
        (state,) = shown.tasks
        states.append((state.description, state.completed, state.total))
    assert states == [("cam.mp4", done, 10) for done in (3, 7, 9, 8)]
    bars.done(FILE)
    bars.done(FILE)
    assert not shown.tasks
