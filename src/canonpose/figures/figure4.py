"""Figure 4: P-MPJPE against CP, on two reconstructions of the same pose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.figures.comparison import Overlay, overlays
from canonpose.figures.drawing import PALE, TEXT, draw_pose, side_legend
from canonpose.figures.panels import Box, bounding_box, frame_panel
from canonpose.figures.pose_pairs import PosePair, find_pose_pairs, of_different_poses
from canonpose.geometry.viewpoint import seen_from
from canonpose.metrics.correct_poses import CP_THRESHOLD
from canonpose.plotting import new_figure, save_figure
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GAP: dict[str, Any] = {"color": "black", "linewidth": 1.6, "linestyle": ":", "zorder": 4}
"""The line from a joint to where it should be."""
TILT = 8.0
"""Degrees from above, so that the floor is not an edge."""


@dataclass(frozen=True)
class Figure4Column:
    """One pose, by the method with the lower P-MPJPE (top) and by the other (bottom)."""

    recording: int
    frame: int
    methods: tuple[str, str]
    p_mpjpe: tuple[float, float]
    """In mm."""
    worst: tuple[float, float]
    """The worst joint's error in mm."""
    worst_joints: tuple[str, str]
    correct: tuple[bool, bool]
    """At the threshold of the figure."""


@dataclass(frozen=True)
class Figure4:
    """What the figure shows."""

    columns: tuple[Figure4Column, ...]
    threshold: float
    """In mm."""
    found: int
    """How many frames there were to choose from."""
    frames: int
    """How many were compared."""
    note: str
    """Where there were none: what is shown instead, else empty."""


def figure4(
    methods: Mapping[str, Sequence[Poses]],
    references: Sequence[Reference],
    path: str | Path,
    *,
    threshold: float = CP_THRESHOLD,
    columns: int = 3,
    apart: float = 60.0,
    joints: Sequence[str] | None = None,
) -> Figure4:
    """Draw poses of which the better P-MPJPE is the one that CP calls wrong (Fig. 4).

    Each column is a pose of the reference (grey) and two reconstructions, rigidly aligned with it
    and seen from where the top one's worst joint shows best. Where no pose is such at this
    threshold, the one that is at the nearest threshold is drawn, and the figure says so.

    Parameters
    ----------
    methods : mapping
        Two names, and for each its poses of the same recordings in the same order.
    references : sequence of Reference
        One for each recording, in any frame.
    path : path
        PNG, SVG or PDF by its ending.
    threshold : float
        In mm.
    columns : int
        How many poses at most.
    apart : float
        Poses of different columns differ by this many mm at least, as their P-MPJPE.
    joints : sequence of str, optional
        Score these only.

    Raises
    ------
    InputError
        If there are not two methods, recordings do not match their references, no pose is such at
        any threshold, or the picture cannot be written.
    """
    if len(methods) != 2 or columns < 1:
        raise InputError(
            f"figure 4 compares two methods in one or more columns, not {len(methods)} in "
            f"{columns}; give two methods."
        )
    laid = overlays(methods, references, joints)
    names = tuple(methods)
    first, second = (np.concatenate([one.errors for one in laid[name]]) for name in names)
    pairs = find_pose_pairs(first, second, threshold=threshold)
    candidates = pairs.pairs or (() if pairs.nearest is None else (pairs.nearest,))
    if not candidates:
        raise InputError(
            f"{' and '.join(names)}: in every frame the lower P-MPJPE goes with the better worst "
            f"joint, so there is nothing to draw; compare other methods or more frames."
        )
    places = [(i, frame) for i, one in enumerate(references) for frame in range(len(one))]
    chosen = of_different_poses(
        candidates,
        np.concatenate([one.scored_reference for one in laid[names[0]]]),
        apart=apart,
        most=columns,
    )
    shown = [_column(pair, *places[pair.frame], names, laid, threshold) for pair in chosen]
    result = Figure4(
        columns=tuple(shown),
        threshold=threshold,
        found=len(pairs.pairs),
        frames=int((np.isfinite(first) & np.isfinite(second)).any(-1).sum()),
        note=_note(pairs.nearest, threshold),
    )
    _draw(result, laid, path)
    return result


def _column(
    pair: PosePair,
    recording: int,
    frame: int,
    names: tuple[str, ...],
    laid: Mapping[str, Sequence[Overlay]],
    threshold: float,
) -> Figure4Column:
    top, bottom = names[pair.lower], names[1 - pair.lower]
    errors = [laid[name][recording].errors[frame] for name in (top, bottom)]
    scored = laid[top][recording].scored
    return Figure4Column(
        recording=recording,
        frame=frame,
        methods=(top, bottom),
        p_mpjpe=pair.p_mpjpe,
        worst=pair.worst,
        worst_joints=(scored[np.nanargmax(errors[0])], scored[np.nanargmax(errors[1])]),
        correct=(pair.worst[0] < threshold, pair.worst[1] < threshold),
    )


def _note(nearest: PosePair | None, threshold: float) -> str:
    if nearest is None:
        return ""
    low, high = nearest.thresholds
    return (
        f"No frame has the lower P-MPJPE and the worse CP at {threshold:.0f} mm; the nearest case "
        f"has them above {low:.0f} and up to {high:.0f} mm."
    )


def _draw(result: Figure4, laid: Mapping[str, Sequence[Overlay]], path: str | Path) -> None:
    count = len(result.columns)
    width = max(3.2 * count, 7.0)
    figure = new_figure(width, 8.4, constrained=False)
    figure.subplots_adjust(left=0.02, right=0.98, bottom=0.07, top=0.85, hspace=0.26, wspace=0.02)
    panels = figure.subplots(2, count, squeeze=False)
    views = [_in_view(column, laid) for column in result.columns]
    boxes = [
        bounding_box(np.concatenate([np.concatenate(v) for v in view]), 0.03) for view in views
    ]
    largest = (max(box.half_width for box in boxes), max(box.half_height for box in boxes))
    for place, column in enumerate(result.columns):
        for row, (aligned, reference) in enumerate(views[place]):
            axes = panels[row, place]
            skeleton = laid[column.methods[row]][column.recording].skeleton
            draw_pose(axes, reference, skeleton, colour=PALE, width=4.0, layer=1.0)
            draw_pose(axes, aligned, skeleton)
            worst = skeleton.index(column.worst_joints[row])
            axes.plot(*np.stack([aligned[worst], reference[worst]])[:, :2].T, **GAP)
            frame_panel(axes, Box(boxes[place].centre, *largest))
            axes.set_title(_title(column, row, result.threshold), fontsize=11, color=TEXT)
    heading = result.note or "Lower P-MPJPE above, yet only the poses below are correct"
    figure.suptitle(fill(heading, int(10 * width)), fontsize=12, color=TEXT)
    _legend(figure, laid[result.columns[0].methods[0]][0].skeleton)
    save_figure(figure, path)


def _legend(figure: "Figure", skeleton: Skeleton) -> None:
    from matplotlib.lines import Line2D

    more = [
        Line2D([], [], color=PALE, linewidth=4, label="reference"),
        Line2D([], [], label="worst joint's error", **GAP),
    ]
    side_legend(figure, skeleton, more=more)


def _in_view(
    column: Figure4Column, laid: Mapping[str, Sequence[Overlay]]
) -> list[tuple[Float[np.ndarray, "joint 3"], Float[np.ndarray, "joint 3"]]]:
    """Aligned pose and reference of both rows, in mm around the reference's middle.

    Both are turned into the camera's frame, as the better pose tells it, which is upright whatever
    the frame of the reference; and then about the vertical until the top pose's worst error lies in
    the picture.
    """
    top, bottom = (laid[name][column.recording] for name in column.methods)
    to_camera = bottom.rotation[column.frame]
    middle = np.nanmean(bottom.reference[column.frame], axis=0)
    worst = top.skeleton.index(column.worst_joints[0])
    gap = (top.aligned - top.reference)[column.frame, worst] @ to_camera
    turn = np.rad2deg(np.arctan(gap[2] / gap[0])) if gap[0] else 90.0

    def seen(points: Float[np.ndarray, "frame joint 3"]) -> Float[np.ndarray, "joint 3"]:
        return seen_from((points[column.frame] - middle) @ to_camera, turn=turn, tilt=TILT)

    return [(seen(one.aligned), seen(one.reference)) for one in (top, bottom)]


def _title(column: Figure4Column, row: int, threshold: float) -> str:
    verdict = "correct" if column.correct[row] else "not correct"
    return (
        f"{column.methods[row]}: P-MPJPE {column.p_mpjpe[row]:.0f} mm\n"
        f"CP@{threshold:.0f} mm: {verdict}\n"
        f"({column.worst_joints[row].replace('_', ' ')} {column.worst[row]:.0f} mm)"
    )
