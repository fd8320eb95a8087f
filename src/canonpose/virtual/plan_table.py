"""What a plan found, as a table and as a picture."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from canonpose.plotting import new_figure, save_figure, style_axes
from canonpose.virtual.plan import PlanRow

COLUMNS = ("cameras", "degrees to the next", "trainings", "P-MPJPE mm", "N-MPJPE mm")


def rig_means(rows: Sequence[PlanRow]) -> list[tuple[int, float, int, float, float]]:
    """One row a rig: cameras, angle, trainings, and mean P-MPJPE and N-MPJPE in mm."""
    rigs: dict[tuple[int, float], list[PlanRow]] = {}
    for row in rows:
        rigs.setdefault((row.cameras, row.angle), []).append(row)
    return [
        (
            cameras,
            angle,
            len(same),
            mean(row.p_mpjpe for row in same),
            mean(row.n_mpjpe for row in same),
        )
        for (cameras, angle), same in sorted(rigs.items())
    ]


def markdown(rows: Sequence[PlanRow]) -> str:
    """The table over rigs as Markdown."""
    lines = [COLUMNS, ("---:",) * len(COLUMNS), *_cells(rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def csv(rows: Sequence[PlanRow]) -> str:
    """The table over rigs as comma-separated values."""
    return "".join(f"{','.join(cells)}\n" for cells in [COLUMNS, *_cells(rows)])


def _cells(rows: Sequence[PlanRow]) -> list[tuple[str, ...]]:
    return [
        (str(cameras), f"{angle:g}", str(trainings), f"{p_mpjpe:.1f}", f"{n_mpjpe:.1f}")
        for cameras, angle, trainings, p_mpjpe, n_mpjpe in rig_means(rows)
    ]


def plot_plan(rows: Sequence[PlanRow], path: str | Path) -> None:
    """Draw P-MPJPE over the angle, one curve for each number of cameras, as a PNG.

    Raises
    ------
    InputError
        If the picture cannot be written.
    """
    figure = new_figure(6.4, 4.4)
    axes = figure.subplots()
    style_axes(axes)
    means = rig_means(rows)
    for cameras in sorted({row.cameras for row in rows}):
        curve = [(angle, error) for number, angle, _, error, _ in means if number == cameras]
        axes.plot(*zip(*curve, strict=True), marker="o", linewidth=1.8, label=f"{cameras} cameras")
    axes.set(
        xlabel="angle from each camera to the next [degrees]",
        ylabel="P-MPJPE of single views [mm]",
        ylim=(0, None),
    )
    axes.legend(frameon=False, fontsize="small", loc="best")
    save_figure(figure, path)
