"""The CPS curves of Fig. 5, and the reliability of sigma, as pictures."""

from collections.abc import Mapping
from math import erf, sqrt
from pathlib import Path

import numpy as np

from canonpose.metrics.correct_poses import CPS_LIMIT
from canonpose.metrics.reliability import Reliability
from canonpose.metrics.results import Curve
from canonpose.plotting import new_figure, save_figure, style_axes

SIZES = 10
"""Groups of joints by their sigma."""


def plot_cps_curves(
    curves: Mapping[str, Curve], path: str | Path, *, scores: Mapping[str, float] | None = None
) -> None:
    """Draw the fraction of correct poses over the threshold, one curve a label.

    Parameters
    ----------
    curves : mapping
        Label to (thresholds in mm, CP in percent), as `cps_curve` and `Evaluation` give them.
    path : path
        The picture: PNG, SVG or PDF by its ending, PNG without one of these.
    scores : mapping, optional
        Label to CPS in mm, for the legend. Without it, the legend gives the area under the sampled
        curve, which can be off by some tenths.

    Raises
    ------
    InputError
        If the picture cannot be written.
    """
    figure = new_figure(6.4, 4.4)
    axes = figure.subplots()
    style_axes(axes)
    for label, (thresholds, correct) in curves.items():
        score = scores[label] if scores else _area(thresholds, correct / 100)
        axes.plot(thresholds, correct, linewidth=1.8, label=f"{label}: CPS {score:.1f} mm")
    axes.set(
        xlim=(0, CPS_LIMIT),
        ylim=(0, 101),
        xlabel="threshold on the worst joint [mm]",
        ylabel="correct poses [%]",
    )
    if curves:
        axes.legend(frameon=False, fontsize="small", loc="best")
    save_figure(figure, path)


def plot_reliability(reliability: Reliability, path: str | Path) -> None:
    """Draw how far joints are off by what their sigma says, and the share within its multiples.

    Parameters
    ----------
    reliability : Reliability
    path : path
        The picture: PNG, SVG or PDF by its ending, PNG without one of these.

    Raises
    ------
    InputError
        If the picture cannot be written.
    """
    figure = new_figure(9.6, 4.4)
    sizes, shares = figure.subplots(1, 2)
    said, found = reliability.by_size(SIZES)
    longest = float(max(said.max(), found.max())) * 1.05
    sizes.plot([0, longest], [0, longest], color="0.6", linewidth=1, label="as said")
    sizes.plot(said, found, marker="o", linewidth=1.8, label="found")
    sizes.set(
        xlim=(0, longest),
        ylim=(0, longest),
        xlabel="sigma [mm], a tenth of the joints each",
        ylabel="68.3 % of errors are below [mm]",
    )
    times = np.linspace(0, 3, 121)
    gaussian = [100 * erf(value / sqrt(2)) for value in times]
    shares.plot(times, gaussian, color="0.6", linewidth=1, label="Gaussian")
    shares.plot(times, 100 * reliability.share_within_times(times), linewidth=1.8, label="found")
    shares.set(xlim=(0, 3), ylim=(0, 101), xlabel="times sigma", ylabel="errors within [%]")
    share = f"within one sigma: {reliability.share_within:.1%}"
    shares.axvline(1, color="0.6", linewidth=0.6, label=share)
    for axes in (sizes, shares):
        style_axes(axes)
        axes.legend(frameon=False, fontsize="small", loc="lower right")
    save_figure(figure, path)


def _area(x: np.ndarray, y: np.ndarray) -> float:
    """By the trapezoid rule."""
    return float(((y[1:] + y[:-1]) / 2 * np.diff(x)).sum())
