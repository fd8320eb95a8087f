"""Trainings on the command line: their bars, and what is told of them at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.progress import Progress, TaskID

from canonpose import training
from canonpose.cli.progress import progress_bar
from canonpose.lifter import TrainedLifter


def training_bar(console: Console) -> Progress:
    """The progress bar of a training; tasks have a field ``loss``."""
    return progress_bar(console, "epoch", field="loss")


@contextmanager
def stage_bars(console: Console) -> Iterator[Callable[[str, training.Progress], None]]:
    """To be told of epochs by the name of their stage; each has a bar of its own."""
    bars: dict[str, tuple[Progress, TaskID]] = {}
    with ExitStack() as stack:

        def show(stage: str, progress: training.Progress) -> None:
            if stage not in bars:
                bar = stack.enter_context(training_bar(console))
                bars[stage] = bar, bar.add_task(stage, total=None, loss="")
            show_progress(*bars[stage], progress)

        yield show


def show_progress(bar: Progress, task: TaskID, progress: training.Progress) -> None:
    """Bring a bar up to date after an epoch; a log file gets a line every tenth of the way."""
    loss = f"loss {progress.losses['total']:.4f}, {progress.samples_per_second:.0f} samples/s"
    bar.update(task, completed=progress.epoch, total=progress.epochs, loss=loss)
    tenth = max(progress.epochs // 10, 1)
    if not bar.console.is_terminal and progress.epoch % tenth == 0:
        bar.console.print(f"epoch {progress.epoch}/{progress.epochs}: {loss}", soft_wrap=True)
    if progress.epoch == progress.epochs:
        bar.stop()


def print_training(console: Console, lifter: TrainedLifter) -> None:
    """What a user should know of a finished training."""
    facts = lifter.provenance
    if started := facts["started_from"]:
        new = ", ".join(started["new_joints"])
        console.print(
            f"started from {started['lifter']}" + (f"; new to it: {new}" if new else ""),
            soft_wrap=True,
        )
    chirality = facts["chirality"]
    kinds = ", ".join(f"{kind} {value:+.2f}" for kind, value in chirality["margins"].items())
    fixed = "ended mirrored, un-mirrored" if chirality["mirrored_before_fix"] else "not mirrored"
    console.print(
        f"{facts['samples']} samples, {facts['epochs']} epochs, {facts['seconds']:.0f} s, "
        f"{facts['samples_per_second']:.0f} samples/s"
    )
    margin = abs(chirality["margin"])
    console.print(f"chirality: {fixed}; margin {margin:.2f} ({kinds or 'no vote'})", soft_wrap=True)
