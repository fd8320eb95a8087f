"""The curves that the offsets were read from, as a picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from canonpose.plotting import new_figure, save_figure, style_axes
from canonpose.shifts.confidence import merge_confidence
from canonpose.synchronisation.take import TakeClocks


def plot_curves(takes: Sequence[TakeClocks], path: str | Path) -> None:
    """Draw, for every two groups of cameras that were joined, the evidence over the shift.

    PNG, SVG or PDF by the ending of ``path``, PNG without one of these.

    Raises
    ------
    InputError
        If the picture cannot be written.
    """
    rows = [(take, merge) for take in takes for merge in take.estimate.solution.merges]
    figure = new_figure(7.2, 1.5 * len(rows) + 0.6)
    for place, (take, merge) in enumerate(rows):
        axes = figure.add_subplot(len(rows), 1, place + 1)
        offsets = take.estimate.offsets
        first, second = merge.strongest
        known = np.flatnonzero(merge.curve.evidence)
        shown = slice(known.min(), known.max() + 1) if len(known) else slice(None)
        centre = offsets[second] - offsets[first]
        axes.plot(merge.curve.lags[shown] + centre, merge.curve.evidence[shown], linewidth=0.9)
        axes.axvline(centre, color="tab:red", linewidth=0.8, linestyle="--")
        names = [
            " ".join(take.estimate.cameras[camera] for camera in group) for group in merge.groups
        ]
        axes.set_title(
            f"{take.name}: {names[1]} against {names[0]}, {centre:+.3f} s between "
            f"{take.estimate.cameras[second]} and {take.estimate.cameras[first]} "
            f"(confidence {merge_confidence(merge):.2f})",
            fontsize="x-small",
            loc="left",
        )
        axes.tick_params(labelsize="x-small")
        style_axes(axes)
        axes.set_ylim(0, None)
    figure.supxlabel("shift [s]", fontsize="small")
    figure.supylabel("evidence [nats x s]", fontsize="small")
    save_figure(figure, path)
