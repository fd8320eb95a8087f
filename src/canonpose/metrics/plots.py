"""The CPS curves of Fig. 5 as a picture."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from canonpose.files import written_whole
from canonpose.metrics.correct_poses import CPS_LIMIT
from canonpose.metrics.results import Curve

_FORMATS = {"png", "svg", "pdf"}


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
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow to import
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for label, (thresholds, correct) in curves.items():
        score = scores[label] if scores else _area(thresholds, correct / 100)
        axes.plot(thresholds, correct, linewidth=1.8, label=f"{label}: CPS {score:.1f} mm")
    axes.set(
        xlim=(0, CPS_LIMIT),
        ylim=(0, 101),
        xlabel="threshold on the worst joint [mm]",
        ylabel="correct poses [%]",
    )
    axes.grid(alpha=0.3, linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    if curves:
        axes.legend(frameon=False, fontsize="small", loc="best")
    ending = Path(path).suffix.lstrip(".").lower()
    kind = ending if ending in _FORMATS else "png"
    with written_whole(Path(path)) as temporary:
        figure.savefig(temporary, format=kind, dpi=150)


def _area(x: np.ndarray, y: np.ndarray) -> float:
    """By the trapezoid rule."""
    return float(((y[1:] + y[:-1]) / 2 * np.diff(x)).sum())
