"""Where a joint is, and how surely, from the map of how likely it is in each cell."""

import numpy as np
from jaxtyping import Float
from scipy.special import expit

WINDOW = 7
"""Cells on a side, around the joint as the network's regression has it."""
LEAST_PEAK = 0.5
"""Where no cell of the window is this likely, the regression stands."""

Cells = Float[np.ndarray, "joint 2"]


def refine(
    logits: Float[np.ndarray, "row column joint"], coarse: Cells
) -> tuple[Cells, Float[np.ndarray, " joint"]]:
    """Move joints to the centre of mass of the heatmap around them.

    Parameters
    ----------
    logits : array [row, column, joint]
        Before the sigmoid.
    coarse : array [joint, (x, y)]
        Where the regression has the joints, in cells: a whole number means that cell.

    Returns
    -------
    array [joint, (x, y)], array [joint]
        The positions, and the largest likelihood in the window around the regression, 0..1: the
        confidence that the joint is there. 0 for a joint outside of the map.
    """
    rows, columns, joints = logits.shape
    half = WINDOW // 2
    nearest = np.rint(np.clip(coarse, -WINDOW, max(rows, columns) + WINDOW)).astype(np.int64)
    steps = np.arange(-half, half + 1)
    x, y = nearest[:, 0, None] + steps, nearest[:, 1, None] + steps
    inside = ((y >= 0) & (y < rows))[:, :, None] & ((x >= 0) & (x < columns))[:, None, :]
    values = logits[
        np.clip(y, 0, rows - 1)[:, :, None],
        np.clip(x, 0, columns - 1)[:, None, :],
        np.arange(joints)[:, None, None],
    ]
    likely = np.where(inside, expit(values), 0.0)
    peaks = likely.max((1, 2))
    mass = np.maximum(likely.sum((1, 2)), np.finfo(likely.dtype).tiny)
    centre = np.stack([(likely.sum(1) * x).sum(1), (likely.sum(2) * y).sum(1)], axis=1)
    fine = np.where((peaks >= LEAST_PEAK)[:, None], centre / mass[:, None], coarse)
    return fine, peaks
