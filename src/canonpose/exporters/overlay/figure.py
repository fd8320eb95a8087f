"""One skeleton drawn into a picture: bones far to near, coloured by side, faded by confidence."""

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from canonpose.exporters.overlay.settings import SIDE_COLOURS, Colour
from canonpose.skeleton import Skeleton

Picture = UInt8[np.ndarray, "height width 3"]
Layer = UInt8[np.ndarray, "height width 4"]
"""Red, green, blue, each times the opacity, and the opacity."""

FARTHEST = 1e5
"""Pixels; what lies farther outside is no joint that anyone detected."""
PALEST = 0.25
"""Opacity of a joint of the lowest confidence."""
THINNEST = 0.4
"""Width of a very short bone, relative to a long one."""
JOINT_SIZE = 0.72
"""Radius of a joint, relative to the width of its widest bone."""
RIM = 0.3
"""Of a bone's width, on either side: where limbs cross, one sees which is nearer."""
RIM_OPACITY = 0.6
RIM_GAP = 1.3
"""Bone widths between a joint and the rim, or it would bite into the neighbouring bones."""
_SUBPIXEL_BITS = 4


class Figure(NamedTuple):
    """A skeleton as it is to be drawn."""

    points: Float[np.ndarray, "joint 2"]
    """Pixels of the picture, NaN where there is nothing to draw."""
    depths: Float[np.ndarray, " joint"]
    """Larger is farther; any unit."""
    widths: Float[np.ndarray, " joint"]
    """Pixels of a long bone at each joint."""
    strengths: Float[np.ndarray, " joint"]
    """Opacity, 0..1."""


@dataclass(frozen=True, eq=False)
class FigureStyle:
    """How a skeleton is drawn, whatever the frame."""

    skeleton: Skeleton
    bone_widths: Float[np.ndarray, " bone"]
    """Relative to a long bone, `THINNEST` to 1."""
    joint_sizes: Float[np.ndarray, " joint"]
    """Those of the widest bones that meet in them."""


class _Stroke(NamedTuple):
    """A bone or, with one end, a joint."""

    depth: float
    ends: tuple[int, ...]
    side: str
    width: float


def figure_style(
    positions: Float[np.ndarray, "frame joint space"], skeleton: Skeleton
) -> FigureStyle:
    """Short bones, such as those of a face, are drawn thinner than long ones.

    Parameters
    ----------
    positions : array [frame, joint, 2 or 3]
        Some or all poses of a recording, NaN where missing.
    skeleton : Skeleton
    """
    ends = positions[:, skeleton.bone_indices]
    lengths = np.linalg.norm(ends[:, :, 0] - ends[:, :, 1], axis=-1)
    usual = np.array([_median(bone) for bone in lengths.T])
    longest = float(np.quantile(usual, 0.8)) if len(usual) else 0.0
    relative = np.sqrt(usual / longest) if longest > 0 else np.ones(len(usual))
    widths = np.clip(relative, THINNEST, 1.0)
    sizes = np.full(len(skeleton), THINNEST)
    for bone, width in zip(skeleton.bone_indices, widths, strict=True):
        sizes[bone] = np.maximum(sizes[bone], width)
    return FigureStyle(skeleton, widths, sizes)


def _median(values: Float[np.ndarray, " frame"]) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else 0.0


def strengths_of(scores: Float[np.ndarray, " joint"]) -> Float[np.ndarray, " joint"]:
    """Confidences 0..1 as opacities."""
    return PALEST + (1 - PALEST) * np.clip(np.nan_to_num(scores), 0, 1)


def draw_figure(picture: Picture, figure: Figure, style: FigureStyle, rim: Colour) -> None:
    """Draw a skeleton into a picture, in place; what lies outside is cut off.

    The strokes go onto a transparent layer of premultiplied colours, which is laid over the
    picture at the end: they may overlap without showing through one another.

    Parameters
    ----------
    picture : array [height, width, 3]
        RGB; may be a part of a larger one, of which nothing else changes.
    figure : Figure
    style : FigureStyle
    rim : (red, green, blue)
        What parts a bone from those behind it.
    """
    near = (np.abs(figure.points) < FARTHEST).all(-1)  # NaN is not
    box = _box(figure.points[near], figure.widths[near], picture.shape[:2])
    if box is None:
        return
    left, top, right, bottom = box
    layer = np.zeros((bottom - top, right - left, 4), dtype=np.uint8)
    moved = figure._replace(points=figure.points - (left, top))
    for stroke in _far_to_near(moved.depths, near, style):
        if len(stroke.ends) == 2:
            _draw_bone(layer, moved, stroke, rim)
        else:
            _draw_joint(layer, moved, stroke)
    _lay_over(picture[top:bottom, left:right], layer)


def _box(
    points: Float[np.ndarray, "seen 2"],
    widths: Float[np.ndarray, " seen"],
    shape: tuple[int, ...],
) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of the part of the picture that strokes may reach, if any."""
    if not len(points):
        return None
    margin = 2 * float(widths.max()) + 2
    left, top = np.maximum(np.floor(points.min(0) - margin), 0).astype(int).tolist()
    right, bottom = np.minimum(np.ceil(points.max(0) + margin) + 1, shape[1::-1]).astype(int)
    return (left, top, int(right), int(bottom)) if left < right and top < bottom else None


def _far_to_near(
    depths: Float[np.ndarray, " joint"], drawn: np.ndarray, style: FigureStyle
) -> list[_Stroke]:
    """What is to be drawn, in the order of drawing."""
    sides = style.skeleton.sides
    spread = float(np.ptp(depths[drawn]))
    strokes = [
        # A little nearer than its bones, so that these do not cover it.
        _Stroke(depths[joint] - 0.05 * spread, (joint,), sides[joint], style.joint_sizes[joint])
        for joint in np.flatnonzero(drawn).tolist()
    ]
    bones = zip(style.skeleton.bone_indices.tolist(), style.bone_widths, strict=True)
    for (parent, child), width in bones:
        if drawn[parent] and drawn[child]:
            side = sides[parent] if sides[child] == "middle" else sides[child]
            depth = (depths[parent] + depths[child]) / 2
            strokes.append(_Stroke(depth, (parent, child), side, width))
    return sorted(strokes, key=lambda stroke: (-stroke.depth, -len(stroke.ends)))


def _draw_bone(layer: Layer, figure: Figure, stroke: _Stroke, rim: Colour) -> None:
    ends = figure.points[list(stroke.ends)]
    full = figure.widths[list(stroke.ends)]
    strength = float(figure.strengths[list(stroke.ends)].min())
    widths = stroke.width * full
    gap = RIM_GAP * float(full.max()) / max(float(np.linalg.norm(ends[1] - ends[0])), 1e-6)
    if gap < 0.45:
        inner = ends + gap * (ends[::-1] - ends)
        _draw_bar(layer, inner, widths * (1 + 2 * RIM), _ink(rim, RIM_OPACITY * strength))
    _draw_bar(layer, ends, widths, _ink(SIDE_COLOURS[stroke.side], strength))


def _draw_bar(
    layer: Layer,
    ends: Float[np.ndarray, "2 2"],
    widths: Float[np.ndarray, " 2"],
    ink: tuple[int, ...],
) -> None:
    """A quadrilateral, since OpenCV's lines have whole widths only."""
    along = ends[1] - ends[0]
    length = float(np.linalg.norm(along))
    if length < 1e-6:
        return
    across = np.array([-along[1], along[0]]) / length
    corners = np.stack(
        [
            ends[0] + across * widths[0] / 2,
            ends[1] + across * widths[1] / 2,
            ends[1] - across * widths[1] / 2,
            ends[0] - across * widths[0] / 2,
        ]
    )
    cv2.fillConvexPoly(layer, _fixed_point(corners), ink, cv2.LINE_AA, _SUBPIXEL_BITS)


def _draw_joint(layer: Layer, figure: Figure, stroke: _Stroke) -> None:
    joint = stroke.ends[0]
    radius = max(JOINT_SIZE * stroke.width * float(figure.widths[joint]), 0.5)
    ink = _ink(SIDE_COLOURS[stroke.side], float(figure.strengths[joint]))
    x, y = _fixed_point(figure.points[joint]).tolist()
    fixed_radius = round(radius * (1 << _SUBPIXEL_BITS))
    cv2.circle(layer, (x, y), fixed_radius, ink, -1, cv2.LINE_AA, _SUBPIXEL_BITS)


def _ink(colour: Colour, strength: float) -> tuple[int, ...]:
    """Premultiplied red, green, blue and opacity."""
    return (*(round(channel * strength) for channel in colour), round(255 * strength))


def _fixed_point(points: Float[np.ndarray, "*batch 2"]) -> np.ndarray:
    return np.rint(points * (1 << _SUBPIXEL_BITS)).astype(np.int32)


def _lay_over(picture: Picture, layer: Layer) -> None:
    """Premultiplied alpha compositing (Porter and Duff 1984, "over"), in place."""
    kept = cv2.cvtColor(255 - layer[..., 3], cv2.COLOR_GRAY2RGB)
    below = cv2.multiply(picture, kept, scale=1 / 255)
    picture[:] = cv2.add(below, np.ascontiguousarray(layer[..., :3]))
