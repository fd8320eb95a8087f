"""Picture and 3D panel side by side, with captions: one frame of an overlay video."""

import cv2
import numpy as np
from jaxtyping import UInt8

from canonpose.datamodel import Poses
from canonpose.exporters.overlay.figure import Figure, draw_figure, figure_style, strengths_of
from canonpose.exporters.overlay.scene import Scene, measure_extent
from canonpose.exporters.overlay.settings import (
    QUIET,
    SIDE_COLOURS,
    STAGE,
    TEXT,
    OverlaySettings,
)
from canonpose.exporters.overlay.text import draw_text, text_width
from canonpose.people.tracks import body_sizes

Picture = UInt8[np.ndarray, "height width 3"]
Composed = UInt8[np.ndarray, "frame_height frame_width 3"]

BONE_WIDTH = 0.016
"""Of the diagonal of the person's box in the picture."""
PANEL = 0.8
"""Width of the 3D panel over its height, at most as wide as the picture."""
SAMPLED = 2000
"""Frames by which a recording's extent is measured; more would not change it."""
RIM = (12, 14, 16)
UNIT_WORDS = {"m": "m", "body_height": "body heights", "bone_length": "bone lengths"}


class Composition:
    """Draws the frames of one recording.

    Parameters
    ----------
    poses : Poses
        Of all frames.
    size : (width, height)
        Of the video's pictures, in pixels.
    settings : OverlaySettings

    Attributes
    ----------
    size : (width, height)
        Of the frames drawn, in pixels; even.
    """

    def __init__(self, poses: Poses, size: tuple[int, int], settings: OverlaySettings):
        self.poses = poses
        self.picture_size = _shrunk(size, settings.long_side)
        width, height = self.picture_size
        panel = (_even(min(PANEL * height, width)), height)
        self.size = (width + panel[0], height)
        sample = slice(None, None, max(len(poses) // SAMPLED, 1))
        positions = poses.positions[sample].astype(np.float64)
        self.style = figure_style(positions, poses.skeleton)
        self.scene = Scene(measure_extent(positions), panel, settings)
        self.scale = np.array(self.picture_size) / (poses.image_size or size)
        self.bone_width = self._usual_bone_width(sample)
        self.unit = max(min(height, width), 1)
        self.letters = max(round(0.026 * self.unit), 9)
        self._draw_captions()

    def _usual_bone_width(self, sample: slice) -> float:
        """Pixels of the frame; the same throughout, so that the strokes do not flicker."""
        people = np.concatenate(
            [self.poses.keypoints[sample] * self.scale, self.poses.scores[sample][..., None]], -1
        )
        sizes = body_sizes(people)
        usual = float(np.median(sizes[sizes > 0])) if (sizes > 0).any() else 0.0
        thickest = 0.012 * float(np.hypot(*self.picture_size))
        return float(np.clip(BONE_WIDTH * usual, 1.5, max(thickest, 1.5)))

    def _draw_captions(self) -> None:
        """The words of the panel that do not change, once."""
        ground, margin = self.scene.ground, 0.045 * self.unit
        width, height = self.scene.size
        units = UNIT_WORDS.get(self.poses.units, self.poses.units)
        draw_text(ground, self._viewpoint(), (margin, margin + self.letters), self.letters, TEXT)
        grid = f"grid {self.scene.cell:g} {units}"
        draw_text(
            ground, grid, (width - margin, margin + self.letters), self.letters, QUIET, anchor="rs"
        )
        right = width - margin
        for side in ("right", "left"):
            if side not in self.poses.skeleton.sides:
                continue
            draw_text(ground, side, (right, height - margin), self.letters, QUIET, anchor="rs")
            right -= text_width(side, self.letters) + 0.6 * self.letters
            y = round(height - margin - 0.35 * self.letters)
            x = round(right - 1.2 * self.letters)
            thick = max(self.letters // 4, 2)
            cv2.line(ground, (x, y), (round(right), y), SIDE_COLOURS[side], thick, cv2.LINE_AA)
            right = x - 1.2 * self.letters

    def _viewpoint(self) -> str:
        turn = self.scene.turn
        if not turn:
            return "3D, as the camera sees it"
        return f"3D, seen from {abs(turn):g}° to the {'right' if turn > 0 else 'left'}"

    def draw(self, picture: Picture, index: int, time: float) -> Composed:
        """One frame.

        Parameters
        ----------
        picture : array [height, width, 3]
            RGB, of the video's size.
        index : int
            Which frame it is; behind the end of the poses, nobody is drawn.
        time : float
            Seconds since the video's first frame.

        Returns
        -------
        array [height, width, 3]
            RGB, of `size`.
        """
        width, height = self.picture_size
        canvas = np.empty((height, self.size[0], 3), dtype=np.uint8)
        picture_part, panel = canvas[:, :width], canvas[:, width:]
        picture_part[:] = _resized(picture, self.picture_size)
        panel[:] = self.scene.ground
        if index < len(self.poses):
            self._draw_flat(picture_part, index)
            self._draw_solid(panel, index)
        self._draw_clock(picture_part, index, time)
        return canvas

    def _draw_flat(self, picture: Picture, index: int) -> None:
        scores = self.poses.scores[index].astype(np.float64)
        # A pixel's centre is a whole number: half a pixel is the picture's upper left corner.
        points = (self.poses.keypoints[index] + 0.5) * self.scale - 0.5
        points = np.where((scores > 0)[:, None], points, np.nan)
        none = np.zeros(len(points))
        figure = Figure(points, none, none + self.bone_width, strengths_of(scores))
        draw_figure(picture, figure, self.style, RIM)

    def _draw_solid(self, panel: Picture, index: int) -> None:
        pose = self.poses.positions[index].astype(np.float64)
        if not np.isfinite(pose).all(-1).any():
            place = (self.scene.size[0] / 2, self.scene.size[1] / 2)
            draw_text(panel, "nobody seen", place, self.letters, QUIET, anchor="mm")
            return
        bones = self.poses.skeleton.bone_indices
        self.scene.draw_shadow(panel, pose, bones, self.style.bone_widths)
        scores = self.poses.scores[index].astype(np.float64)
        draw_figure(panel, self.scene.figure(pose, scores), self.style, STAGE)

    def _draw_clock(self, picture: Picture, index: int, time: float) -> None:
        """Frame number and time on a dark ground, in the lower left corner."""
        text = f"frame {index}   {time:.2f} s"
        margin, pad = 0.045 * self.unit, 0.5 * self.letters
        x, baseline = margin, picture.shape[0] - margin
        # As wide as all such texts will be: digits differ in width.
        wide = text_width("".join("0" if c.isdigit() else c for c in text), self.letters)
        top, left = round(baseline - self.letters - 0.4 * pad), round(x - pad)
        ground = picture[max(top, 0) : round(baseline + pad), max(left, 0) : round(x + wide + pad)]
        ground[:] = ground // 3
        draw_text(picture, text, (x, baseline), self.letters, TEXT)


def _even(length: float) -> int:
    return max(2 * round(length / 2), 2)


def _shrunk(size: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Even, and no longer than asked for."""
    share = min(long_side / max(size), 1.0)
    width, height = (_even(side * share) for side in size)
    return width, height


def _resized(
    picture: UInt8[np.ndarray, "height width 3"], size: tuple[int, int]
) -> UInt8[np.ndarray, "new_height new_width 3"]:
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
