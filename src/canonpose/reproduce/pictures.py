"""A table as pictures: bars beside the paper's numbers, and CPS curves."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from canonpose.metrics.plots import plot_cps_curves
from canonpose.plotting import new_figure, save_figure, style_axes
from canonpose.reproduce.summary import Measured
from canonpose.reproduce.tables import METRICS, Table

OURS, PAPER = "#0072b2", "#bbbbbb"


def plot_table(table: Table, measured: Sequence[Measured], dataset: str, path: Path) -> None:
    """One panel a metric, one pair of bars a row; whiskers are the spread over seeds."""
    shown = [one for one in measured if one.results]
    figure = new_figure(3.2 * len(table.metrics) + 1.6, 0.42 * len(shown) + 1.6)
    panels = figure.subplots(1, len(table.metrics), sharey=True, squeeze=False)[0]
    places = np.arange(len(shown))
    for axes, metric in zip(panels, table.metrics, strict=True):
        ours = [one.mean(metric) or 0.0 for one in shown]
        spread = [one.spread(metric) or 0.0 for one in shown]
        paper = [one.row.paper.get(metric, 0.0) for one in shown]
        axes.barh(places + 0.2, paper, 0.36, color=PAPER, label=f"paper, {table.dataset}")
        axes.barh(places - 0.2, ours, 0.36, color=OURS, xerr=spread, label=f"ours, {dataset}")
        unit = "%" if metric.startswith("pck") else "mm"
        axes.set(xlabel=f"{METRICS[metric]} [{unit}]", yticks=places)
        axes.set_xlim(left=0)
        style_axes(axes, grid=False)
    panels[0].set_yticklabels([one.row.label.replace("`", "") for one in shown])
    panels[0].invert_yaxis()
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2, frameon=False)
    save_figure(figure, path)


def plot_curves(measured: Sequence[Measured], path: Path) -> None:
    """CPS curves of the rows as in Fig. 5, each the mean over its seeds."""
    curves, areas = {}, {}
    for one in measured:
        if not one.results:
            continue
        shares = np.array([result.cps_curve for result in one.results])
        label = one.row.label.replace("`", "")
        curves[label] = np.arange(shares.shape[1], dtype=np.float64), shares.mean(0)
        areas[label] = one.mean("cps") or 0.0
    plot_cps_curves(curves, path, scores=areas)
