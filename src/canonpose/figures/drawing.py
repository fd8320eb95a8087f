"""A skeleton on paper: in 2D, and in 3D seen from any side.

3D poses are projected without perspective, so that all panels of one scale compare. Everything is
drawn with y down, as in images and camera frames; so people stand upright.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Int

from canonpose.skeleton import Skeleton

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE_COLOURS = {"left": "#0072b2", "right": "#d55e00", "middle": "#4d4d4d"}
"""Blue, vermilion and grey of Okabe and Ito (2008), told apart by any kind of colour vision."""
TEXT = "#222222"
PALE = "#b9b9b9"
"""What a pose is compared with."""
PALEST = 0.25
"""Opacity of what a detector is not at all sure of."""
RIM = np.array([[0.15], [0.85]])
"""The part of a bone that has a white rim: not its ends, where bones meet."""


def draw_pose(
    axes: "Axes",
    points: Float[np.ndarray, "joint space"],
    skeleton: Skeleton,
    *,
    scores: Float[np.ndarray, "joint"] | None = None,
    colour: str | None = None,
    width: float = 2.2,
    alpha: float = 1.0,
    layer: float = 2.0,
) -> None:
    """Draw one pose: its bones, far ones behind near ones, and dots for joints without a bone.

    Parameters
    ----------
    axes : Axes
        Where to; see `canonpose.figures.panels.frame_panel` for its limits.
    points : array [joint, 2 or 3]
        x right, y down, and z away if given; joints that are NaN are left out.
    skeleton : Skeleton
        Without parents, the joints are dots.
    scores : array [joint], optional
        Confidence; the lower that of the less certain end, the paler a bone.
    colour : str, optional
        Of the whole pose; else each bone has its side's of `SIDE_COLOURS`.
    width : float
        Of a bone, in points (1/72 inch).
    alpha : float
        0 is invisible, 1 hides what is behind; then bones of sides get a white rim, so that
        crossings read.
    layer : float
        Poses of higher layers are drawn over lower ones.
    """
    from matplotlib.collections import LineCollection
    from matplotlib.colors import to_rgba

    flat = points[:, :2]
    shade = [to_rgba(colour or SIDE_COLOURS[side]) for side in skeleton.sides]
    rimmed = alpha == 1 and colour is None

    def opacity(piece: Int[np.ndarray, "end"]) -> float:
        sure = 1.0 if scores is None else float(scores[piece].min())
        return alpha * (PALEST + (1 - PALEST) * sure)

    segments, colours, widths = [], [], []
    for bone in _far_to_near(points, skeleton.bone_indices):
        if rimmed:
            segments.append(flat[bone[0]] + RIM * (flat[bone[1]] - flat[bone[0]]))
            colours.append(to_rgba("white", opacity(bone)))
            widths.append(width + 1.6)
        segments.append(flat[bone])
        colours.append((*shade[bone[1]][:3], opacity(bone)))
        widths.append(width)
    lines = LineCollection(segments, colors=colours, linewidths=widths, capstyle="round")
    lines.set_zorder(layer)
    axes.add_collection(lines, autolim=False)
    lone = np.setdiff1d(np.arange(len(skeleton)), skeleton.bone_indices)
    for dot in _far_to_near(points, lone[:, None]):
        colour_and_opacity = (*shade[dot[0]][:3], opacity(dot))
        axes.plot(*flat[dot].T, "o", ms=2 * width, mew=0, color=colour_and_opacity, zorder=layer)


def _far_to_near(
    points: Float[np.ndarray, "joint space"], pieces: Int[np.ndarray, "piece end"]
) -> Int[np.ndarray, "drawn end"]:
    """The pieces whose joints are all finite, those far away first."""
    drawn = pieces[np.isfinite(points).all(-1)[pieces].all(-1)]
    depth = points[:, 2] if points.shape[1] > 2 else np.zeros(len(points))
    return drawn[np.argsort(-depth[drawn].mean(-1), kind="stable")]


def side_legend(figure: "Figure", skeleton: Skeleton, *, more: Sequence[Any] = ()) -> None:
    """Name the sides' colours at the foot of a figure, where the skeleton has sides."""
    from matplotlib.lines import Line2D

    names = {"left": "person's left", "right": "person's right"}
    handles = [
        Line2D([], [], color=SIDE_COLOURS[side], linewidth=2.5, label=label)
        for side, label in names.items()
        if side in skeleton.sides
    ]
    handles += more
    if handles:
        figure.legend(
            handles=handles, loc="lower center", ncols=len(handles), frameon=False, fontsize=10
        )
