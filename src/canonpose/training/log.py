"""The metrics log of a training, one JSON object a line, and its picture."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from canonpose.errors import InputError
from canonpose.files import write_whole
from canonpose.plotting import new_figure, save_figure, style_axes

LOG = "log.jsonl"
CURVES = "curves.png"


def read_log(run: Path) -> list[dict[str, Any]]:
    """The records of a run, oldest first; none if there is no log."""
    path = run / LOG
    if not path.exists():
        return []
    # A killed process may leave half a line at the end, which a resumed one writes again.
    lines = path.read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines if line.endswith("}")]


def start_log(run: Path, upto_step: int) -> None:
    """Keep the records up to a step, so that a resumed training writes each epoch once."""
    kept = [record for record in read_log(run) if record["step"] <= upto_step]
    write_whole(run / LOG, "".join(json.dumps(record) + "\n" for record in kept))


def append_record(run: Path, record: Mapping[str, Any]) -> None:
    """Add one record.

    Raises
    ------
    InputError
        If the disk is full.
    """
    try:
        with (run / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
    except OSError as error:
        raise InputError(
            f"{run / LOG}: cannot be written ({error.strerror}); make room, then go on with "
            f"--resume."
        ) from error


def plot_curves(run: Path, terms: Sequence[str]) -> None:
    """Draw the loss terms and the learning rate over the epochs into ``curves.png``."""
    records = read_log(run)
    epochs = [record["epoch"] for record in records]
    figure = new_figure(8, 5)
    axes = figure.subplots()
    for term in terms:
        values = [record[term] for record in records]
        if any(values):
            axes.plot(epochs, values, label=term, linewidth=2 if term == "total" else 1.2)
    axes.set(xlabel="epoch", ylabel="loss", yscale="log", title="Training losses, mean of an epoch")
    style_axes(axes)
    axes.legend(loc="upper right")
    rate = axes.twinx()
    rate.plot(epochs, [record["learning_rate"] for record in records], color="0.7", linestyle=":")
    rate.set(ylabel="learning rate (dotted)", ylim=(0, None))
    rate.spines[["top", "left"]].set_visible(False)
    save_figure(figure, run / CURVES)
