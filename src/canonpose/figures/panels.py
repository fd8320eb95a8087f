"""What part of a picture a panel shows."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Box(NamedTuple):
    """A rectangle of a picture."""

    centre: tuple[float, float]
    half_width: float
    half_height: float


def bounding_box(points: Float[np.ndarray, "*batch space"], margin: float) -> Box:
    """The rectangle that holds all points, and a margin, which is a share of its longer side.

    NaN points do not count.

    Raises
    ------
    InputError
        If no point is finite.
    """
    flat = points.reshape(-1, points.shape[-1])[:, :2]
    flat = flat[np.isfinite(flat).all(-1)]
    if not len(flat):
        raise InputError("there is no finite pose to draw; check the poses.")
    low, high = flat.min(0), flat.max(0)
    room = margin * ((high - low).max() or 1.0)
    width, height = ((high - low) / 2 + room).tolist()
    return Box(tuple(((low + high) / 2).tolist()), width, height)


def frame_panel(axes: "Axes", box: Box) -> None:
    """Show a rectangle of the picture, and as much around it as the panel has room for.

    y is down, the scale equal; there are no ticks and no frame.
    """
    (x, y), width, height = box
    panel = axes.get_window_extent()
    proportion = panel.width / panel.height
    width, height = max(width, height * proportion), max(height, width / proportion)
    axes.set(xlim=(x - width, x + width), ylim=(y + height, y - height), aspect=1)
    axes.set_axis_off()
