"""Figure 5: the CPS curves of several methods."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.metrics.correct_poses import cps_curve_of, cps_of, worst_joint
from canonpose.metrics.plots import plot_cps_curves

Errors = Float[np.ndarray, "*batch joint"]


@dataclass(frozen=True)
class Figure5:
    """What the figure shows, method by method."""

    cps: Mapping[str, float]
    """In mm; 300 is perfect."""
    first_percent: Mapping[str, float]
    """The threshold in mm above which more than 1 % of the poses are correct, as section 4.3
    compares it."""


def figure5(errors: Mapping[str, Errors], path: str | Path) -> Figure5:
    """Draw each method's fraction of correct poses over the threshold (Fig. 5).

    Parameters
    ----------
    errors : mapping
        Method to errors [..., joint] in mm, as `rigid_aligned_errors` gives them.
    path : path
        PNG, SVG or PDF by its ending.

    Raises
    ------
    InputError
        If there is no method, one has no errors at all, or the picture cannot be written.
    """
    if not errors:
        raise InputError("figure 5 has no method to draw; give one or more.")
    if empty := [method for method, of_method in errors.items() if np.isnan(of_method).all()]:
        raise InputError(f"{empty[0]}: no pose was scored, so it has no curve; leave it out.")
    scores = {method: float(cps_of(of_method)) for method, of_method in errors.items()}
    curves = {method: cps_curve_of(of_method) for method, of_method in errors.items()}
    plot_cps_curves(curves, path, scores=scores)
    first = {method: _first_percent(of_method) for method, of_method in errors.items()}
    return Figure5(cps=scores, first_percent=first)


def _first_percent(errors: Errors) -> float:
    """The worst joint of the pose with which more than one in a hundred are correct."""
    worst = np.sort(worst_joint(errors), axis=None)
    worst = worst[np.isfinite(worst)]
    return float(worst[len(worst) // 100])
