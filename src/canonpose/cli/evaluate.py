"""``canonpose evaluate``."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from canonpose.cli.notes import print_notes
from canonpose.cli.parsing import comma_separated, parse
from canonpose.files import write_whole
from canonpose.metrics import Evaluation, evaluate
from canonpose.metrics.plots import plot_cps_curves, plot_reliability

COLUMNS = {
    "n_mpjpe": "N-MPJPE",
    "p_mpjpe": "P-MPJPE",
    "cps": "CPS",
    "cp180": "CP@180",
    "pck_scale_aligned": "PCK@150",
    "auc_scale_aligned": "AUC",
    "pck_rigid": "PCK rigid",
    "auc_rigid": "AUC rigid",
    "frames_scored": "frames",
    "frames": "frames",
}
"""Of the table over files, and that over joints, where they have them."""
CAPTION = "N-MPJPE, P-MPJPE and CPS in mm, the others in %"


@dataclass(frozen=True)
class Evaluate:
    """Score lifted poses against a 3D reference, wherever the reference is valid.

    N-MPJPE, PCK and AUC are scale-aligned; P-MPJPE, CP and CPS come after rigid alignment with
    scale. No alignment ever reflects.
    """

    poses: tyro.conf.Positional[tuple[Path, ...]]
    """Files of `canonpose lift`."""
    reference: Path
    """3D file: positions, joint_names, units, and optionally valid and fps."""
    calibration: Path | None = None
    """Cameras file, to bring the reference into each camera's frame."""
    camera: str | None = None
    """The camera in the calibration, where the poses do not tell it."""
    joints: str | None = None
    """Joints to score, separated by commas; all that both have by default."""
    reference_frame: Literal["world", "camera"] = "world"
    """camera: the reference is in the camera's frame already."""
    output: Annotated[Path | None, tyro.conf.arg(aliases=["-o"], metavar="FOLDER")] = None
    """Folder for scores.json, the CPS curve cps.png and, where poses have a sigma, reliability.png;
    beside the first poses by default."""


def main(arguments: Sequence[str]) -> None:
    """Parse and run."""
    options = parse(Evaluate, "evaluate", arguments)
    evaluation = evaluate(
        options.poses,
        options.reference,
        calibration=options.calibration,
        camera=options.camera,
        joints=comma_separated(options.joints),
        reference_frame=options.reference_frame,
    )
    folder = options.output or options.poses[0].parent
    write_whole(folder / "scores.json", json.dumps(evaluation.to_dict(), indent=2) + "\n")
    areas = {label: scores.cps for label, scores in evaluation.files.items()}
    plot_cps_curves(evaluation.file_curves, folder / "cps.png", scores=areas)
    console = Console(highlight=False)
    print_joints(console, evaluation)
    print_scores(console, evaluation)
    written = [folder / "scores.json", folder / "cps.png"]
    if evaluation.reliability is not None:
        share = evaluation.reliability.share_within
        console.print(f"within one sigma: {share:.1%} of joints (68.3% would be right)")
        plot_reliability(evaluation.reliability, folder / "reliability.png")
        written.append(folder / "reliability.png")
    console.print(", ".join(map(str, written)), soft_wrap=True)


def print_scores(console: Console, evaluation: Evaluation) -> None:
    """The table over files, and what its reader should know."""
    rows = evaluation.rows()
    console.print(_table("file", rows))
    console.print(CAPTION)
    for row in rows[:-1] if len(rows) > 1 else rows:
        if row["mirrored_fraction"] > 0.5:
            share = f"{row['mirrored_fraction']:.0%}"
            where = escape(row["file"])
            console.print(f"{where}: the mirror image would fit better in {share} of frames")
    print_notes(console, evaluation.notes)


def print_joints(console: Console, evaluation: Evaluation) -> None:
    """The table over joints."""
    rows = evaluation.joint_rows()
    console.print(_table("joint", rows))


def _table(first: str, rows: Sequence[dict[str, Any]]) -> Table:
    """Columns in which nothing is defined are left out."""
    shown = [name for name in COLUMNS if any(row.get(name) is not None for row in rows)]
    table = Table(first, *(COLUMNS[name] for name in shown), box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for row in rows:
        table.add_row(escape(str(row[first])), *(_number(row[name]) for name in shown))
    return table


def _number(value: float | int | None) -> str:
    if value is None:
        return "–"
    return str(value) if isinstance(value, int) else f"{value:.1f}"
