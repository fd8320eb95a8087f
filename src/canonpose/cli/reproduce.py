"""``canonpose reproduce``."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import tyro
from rich.console import Console
from rich.markup import escape

from canonpose import reproduce
from canonpose.cli.notes import print_notes
from canonpose.cli.parsing import Switch, comma_separated, parse
from canonpose.cli.presets import preset_of
from canonpose.cli.progress import progress_bar
from canonpose.datasets import DATASETS, read_dataset
from canonpose.errors import InputError
from canonpose.files import write_whole
from canonpose.reproduce.figures import FIGURES
from canonpose.reproduce.methods import Progress as Training
from canonpose.reproduce.morphing import morphed_by_held_back
from canonpose.reproduce.pictures import plot_curves, plot_table
from canonpose.reproduce.summary import Measured, csv_text, markdown
from canonpose.training import PRESETS, TrainingConfig
from canonpose.training.start import NOTHING


@dataclass(frozen=True)
class Reproduce:
    """Measure a table of the paper, or draw a figure, on a data set.

    One training a row and seed, each in a folder of its own; finished ones are not repeated.
    """

    what: tyro.conf.Positional[str]
    """table1, table2, table3, table4, figure4, figure5, figure6 or figure7."""
    data: Path
    """The folder that holds the data set."""
    dataset: str
    """human36m, 3dhp, skipose, aistpp, virtual, virtual-ptz, virtual-handheld or folder."""
    output: Annotated[Path, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")]
    """Folder for trainings, tables and pictures; give tables of one recipe the same."""
    seeds: int = 3
    """Trainings of each row."""
    rows: str | None = None
    """Only rows with these names, separated by commas."""
    static: Switch = False
    """Camera-consistency in every row, not only where the paper has it."""
    baseline_epochs: int = 40
    """Of the supervised lifters, in Tables 1 and 2."""
    morph: Switch = False
    """Morph the detections, learned on the data set's held-back subject (section 4.2)."""
    preset: str = "released"
    """released (the authors' code), paper (the paper's text) or fast (ours)."""
    device: str = "auto"
    """auto, cpu, cuda, ..."""
    config: Annotated[TrainingConfig, tyro.conf.arg(name="")] = PRESETS["released"]


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    default = Reproduce(
        what=tyro.MISSING,
        data=tyro.MISSING,
        dataset=tyro.MISSING,
        output=tyro.MISSING,
        # A study measures what its own footage teaches.
        config=replace(preset_of(arguments, "released"), start_from=NOTHING),
    )
    options = parse(Reproduce, "reproduce", arguments, default)
    _check(options)
    console = Console(highlight=False)
    dataset = read_dataset(options.dataset, options.data)
    if options.morph:
        dataset = morphed_by_held_back(dataset, options.output / "morphing")
    print_notes(console, dataset.notes)
    study = reproduce.Study(
        dataset, options.config, options.output, options.device, options.baseline_epochs
    )
    if options.what in FIGURES:
        path = options.output / f"{options.what}.png"
        for sentence in FIGURES[options.what](study, options.config.seed, path):
            console.print(escape(sentence), soft_wrap=True)
        console.print(f"{path}", soft_wrap=True)
        return
    _table(options, study, console)


def _check(options: Reproduce) -> None:
    known = [*reproduce.TABLES, *FIGURES]
    if options.what not in known:
        raise InputError(f"there is no {options.what!r} to reproduce; use one of {known}.")
    if options.dataset not in DATASETS:
        raise InputError(f"unknown data set {options.dataset!r}: use one of {', '.join(DATASETS)}.")
    if options.seeds < 1:
        raise InputError(f"--seeds {options.seeds}: give at least 1.")


def _table(options: Reproduce, study: reproduce.Study, console: Console) -> None:
    table = reproduce.TABLES[options.what]
    known = [row.with_static_cameras() for row in table.rows] if options.static else table.rows
    rows = _chosen(known, options.rows)
    measured = _measured(options, study, rows, console)
    name = study.dataset.name
    base = options.output / (f"{options.what}-static" if options.static else options.what)
    text = markdown(table, measured, name)
    write_whole(base.with_suffix(".md"), text)
    write_whole(base.with_suffix(".csv"), csv_text(table, measured, name))
    if any(one.results for one in measured):
        plot_table(table, measured, name, base.with_suffix(".png"))
        plot_curves(measured, base.with_name(f"{base.name}-cps.png"))
    console.print(text, markup=False, soft_wrap=True)
    console.print(f"{base}.md, .csv, .png and -cps.png", soft_wrap=True)


def _chosen(rows: Sequence[reproduce.Row], names: str | None) -> tuple[reproduce.Row, ...]:
    asked = comma_separated(names)
    if asked is None:
        return tuple(rows)
    labels = {row.label.replace("`", ""): row for row in rows}
    if unknown := [name for name in asked if name not in labels]:
        raise InputError(f"there is no row {unknown[0]!r}; there are {', '.join(labels)}.")
    return tuple(labels[name] for name in asked)


def _measured(
    options: Reproduce,
    study: reproduce.Study,
    rows: Sequence[reproduce.Row],
    console: Console,
) -> list[Measured]:
    """Every row, seed by seed; one that cannot be trained is passed over, and the reason kept."""
    seeds = range(options.config.seed, options.config.seed + options.seeds)
    measured = []
    with progress_bar(console, field="words") as bar:
        overall = bar.add_task("trainings", total=0, words="")
        current = bar.add_task("", total=None, words="")
        bar.update(overall, total=len(seeds) * sum(row.trained for row in rows))

        def show(state: Training) -> None:
            bar.update(current, completed=state.done, total=state.total, words=state.words)

        for row in rows:
            results, refused = [], ""
            for seed in seeds if row.trained else ():
                bar.update(current, description=f"{row.label}, seed {seed}", completed=0)
                try:
                    results.append(study.result(row, seed, show))
                except InputError as error:
                    refused = str(error)
                    break
                finally:
                    bar.advance(overall)
                bar.console.print(_words(results[-1]), markup=False)
            measured.append(Measured(row, tuple(results), refused))
        bar.update(current, visible=False)
    refusals = [one.refused for one in measured if one.refused]
    if refusals and not any(one.results for one in measured):
        raise InputError(refusals[0])
    return measured


def _words(result: reproduce.Result) -> str:
    return (
        f"{result.label}, seed {result.seed}: MPJPE {result.n_mpjpe:.1f}, PMPJPE "
        f"{result.p_mpjpe:.1f}, CPS {result.cps:.1f} mm"
    )
