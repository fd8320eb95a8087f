"""Figure 6: what goes in and what comes out, for some frames."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, UInt8

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.figures.drawing import PALEST, SIDE_COLOURS, TEXT, draw_pose, side_legend
from canonpose.figures.frames import spread_frames, whole_frames
from canonpose.figures.panels import Box, bounding_box, frame_panel
from canonpose.geometry.viewpoint import seen_from
from canonpose.plotting import new_figure, save_figure
from canonpose.skeleton import Skeleton

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Image = UInt8[np.ndarray, "height width 3"]
TITLES = ("2D input", "camera's view", "from its right")
TURNS = (0.0, 90.0)
"""Degrees about the vertical, of the two 3D panels."""
PANEL = 1.6
"""Height of a panel in inches."""
GUTTER = 0.2
"""Right of each example, in panel widths."""


@dataclass(frozen=True)
class Figure6:
    """What the figure shows."""

    frames: Mapping[str, tuple[int, ...]]
    """The frames of each recording, in the order drawn."""


def figure6(
    recordings: Mapping[str, Poses],
    path: str | Path,
    *,
    count: int = 4,
    frames: Mapping[str, Sequence[int]] | None = None,
    image: Callable[[str, int], Image | None] | None = None,
    columns: int = 2,
) -> Figure6:
    """Draw the 2D input and the 3D pose from two sides, for some frames of each recording (Fig. 6).

    All 3D poses of a recording have the same scale, and their root joint is in the same place.

    Parameters
    ----------
    recordings : mapping
        Label (a data set, a clip) to its poses; each begins a new row.
    path : path
        PNG, SVG or PDF by its ending.
    count : int
        How many frames of each at most, spread over its canonical poses.
    frames : mapping, optional
        Label to the frames to draw, instead of a choice.
    image : callable, optional
        Label and frame to the camera's picture [height, width, 3], or None where there is none.
    columns : int
        Examples side by side.

    Raises
    ------
    InputError
        If there is nothing to draw, a frame is not there or has no pose, or the picture cannot be
        written.
    """
    if not recordings or count < 1 or columns < 1:
        raise InputError(
            "figure 6 has nothing to draw; give a recording and at least one frame and column."
        )
    chosen = {}
    for label, poses in recordings.items():
        given = None if frames is None else frames.get(label)
        chosen[label] = tuple(spread_frames(poses, count) if given is None else given)
        _check_frames(poses, chosen[label], label)
    rows = _rows(chosen, columns)
    figure, panels = _panels(len(rows), columns)
    boxes = {label: _box(recordings[label], frames) for label, frames in chosen.items()}
    for row, (label, shown) in zip(panels, rows, strict=True):
        if shown[0] == chosen[label][0]:
            _label(row[0][0], label)
        for three, frame in zip(row, shown, strict=False):
            picture = image(label, frame) if image else None
            _draw_input(three[0], recordings[label], frame, picture)
            _draw_output(three[1:], recordings[label], frame, boxes[label])
    for three in panels[0][: len(rows[0][1])]:
        for axes, title in zip(three, TITLES, strict=True):
            axes.set_title(title, fontsize=11, color=TEXT, pad=8)
    _legend(figure, next(iter(recordings.values())).skeleton)
    save_figure(figure, path)
    return Figure6(frames=chosen)


def _panels(rows: int, columns: int) -> tuple["Figure", list[list[list["Axes"]]]]:
    """An empty figure, and its panels by row, example and what they show."""
    width, height = 4.4 * columns + 0.5, PANEL * rows + 1.0
    figure = new_figure(width, height, constrained=False)
    # Head, foot and label are inches, so that they do not grow with the rows.
    ratios = [*(1.0,) * len(TITLES), GUTTER] * columns
    grid = figure.add_gridspec(
        rows,
        len(ratios),
        width_ratios=ratios,
        left=0.45 / width,
        right=1.0,
        bottom=0.45 / height,
        top=1 - 0.45 / height,
        wspace=0.03,
        hspace=0.08,
    )
    firsts = range(0, len(ratios), len(TITLES) + 1)
    panels = [
        [[figure.add_subplot(grid[row, first + i]) for i in range(len(TITLES))] for first in firsts]
        for row in range(rows)
    ]
    for axes in figure.axes:
        axes.set_axis_off()
    return figure, panels


def _legend(figure: "Figure", skeleton: Skeleton) -> None:
    from matplotlib.lines import Line2D

    unsure = Line2D(
        [], [], color=SIDE_COLOURS["middle"], linewidth=2.5, alpha=PALEST, label="low confidence"
    )
    side_legend(figure, skeleton, more=[unsure])


def _label(axes: "Axes", label: str) -> None:
    """Name a recording, left of its first panel."""
    axes.annotate(
        label,
        (-0.1, 0.5),
        xycoords="axes fraction",
        rotation=90,
        va="center",
        ha="right",
        fontsize=11,
        color=TEXT,
    )


def _check_frames(poses: Poses, frames: Sequence[int], label: str) -> None:
    if not frames:
        raise InputError(f"{label}: no frame is named to draw; name one or more, or none at all.")
    usable = whole_frames(poses)
    for frame in frames:
        if not 0 <= frame < len(poses):
            raise InputError(
                f"{label}: there is no frame {frame}; it has frames 0 to {len(poses) - 1}."
            )
        if not usable[frame]:
            raise InputError(f"{label}: frame {frame} has no pose to draw; choose another frame.")


def _rows(chosen: Mapping[str, Sequence[int]], columns: int) -> list[tuple[str, Sequence[int]]]:
    """Label and frames of every row."""
    return [
        (label, frames[start : start + columns])
        for label, frames in chosen.items()
        for start in range(0, len(frames), columns)
    ]


def _draw_input(axes: "Axes", poses: Poses, frame: int, picture: Image | None) -> None:
    """Keypoints in the image, which is cut to the person."""
    seen = poses.scores[frame] > 0
    points = np.where(seen[:, None], poses.keypoints[frame], np.nan).astype(np.float64)
    if picture is not None:
        axes.imshow(picture, alpha=0.75)
    draw_pose(axes, points, poses.skeleton, scores=poses.scores[frame].clip(0, 1))
    if seen.any():
        box = bounding_box(points, 0.08)
        half = max(box.half_width, box.half_height)
        frame_panel(axes, Box(box.centre, half, half))


def _views(poses: Poses, frames: Sequence[int]) -> list[Float[np.ndarray, "frame joint 3"]]:
    """Root-centred poses of some frames, as each 3D panel sees them."""
    positions = poses.positions[list(frames)].astype(np.float64)
    centred = positions - positions[:, [poses.skeleton.root_index]]
    return [seen_from(centred, turn=turn) for turn in TURNS]


def _box(poses: Poses, frames: Sequence[int]) -> Box:
    """One box for all 3D panels of a recording: the root is in the same place in each."""
    return bounding_box(np.concatenate(_views(poses, frames)), 0.04)


def _draw_output(panels: Sequence["Axes"], poses: Poses, frame: int, box: Box) -> None:
    for axes, view in zip(panels, _views(poses, [frame]), strict=True):
        draw_pose(axes, view[0], poses.skeleton)
        frame_panel(axes, box)
