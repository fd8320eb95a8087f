"""The 3D skeleton on its floor, seen from the side."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from canonpose.exporters.overlay.figure import Figure, strengths_of
from canonpose.exporters.overlay.settings import GRID, QUIET, STAGE, Colour, OverlaySettings
from canonpose.exporters.overlay.text import draw_text
from canonpose.geometry.viewpoint import seen_from

Picture = UInt8[np.ndarray, "height width 3"]

EYE_DISTANCE = 5.0
"""In figure sizes: near enough for depth, far enough not to distort."""
BONE_WIDTH = 0.04
"""Of half the figure's height."""
HAZE = 0.25
"""How much the far side of the figure fades."""
SHADOW = 0.55
"""Of the grid's colour."""
_SUBPIXEL_BITS = 4


@dataclass(frozen=True)
class Extent:
    """Where a recording's poses are, in the camera's frame and the poses' unit."""

    centre: float
    """The height (y, down) halfway between its highest and lowest joints."""
    half: float
    """From there to the highest."""
    reach: float
    """From the vertical through the root to the outermost joint."""
    floor: float
    """The usual height (y, down) of the lowest joint."""


def measure_extent(positions: Float[np.ndarray, "frame joint 3"]) -> Extent:
    """The extent of all poses but the wildest, so that these do not shrink all others."""
    poses = positions[np.isfinite(positions).all(-1).any(-1)]
    if not len(poses):
        return Extent(0.0, 0.5, 0.5, 0.5)
    tops = np.quantile(np.nanmin(poses[..., 1], -1), 0.02)
    bottoms = np.nanmax(poses[..., 1], -1)
    bottom, floor = np.quantile(bottoms, 0.98), np.quantile(bottoms, 0.9)
    half = max(float(bottom - tops) / 2, 1e-6)
    across = np.nanmax(np.hypot(poses[..., 0], poses[..., 2]), -1)
    reach = max(float(np.quantile(across, 0.98)), half / 4)
    return Extent(float(tops + bottom) / 2, half, reach, float(floor))


class Scene:
    """A panel in which 3D poses are drawn; what does not move is drawn once.

    Parameters
    ----------
    extent : Extent
        Of the poses to come.
    size : (width, height)
        Of the panel, in pixels.
    settings : OverlaySettings
        From where it is seen.
    """

    def __init__(self, extent: Extent, size: tuple[int, int], settings: OverlaySettings):
        self.extent = extent
        self.size = size
        self.turn, self.tilt = settings.turn, settings.tilt
        self.cell = _round_step(extent.half / 2)
        self.ground = np.full((size[1], size[0], 3), STAGE, dtype=np.uint8)
        self._draw_grid()
        self._draw_axes()

    def project(
        self, points: Float[np.ndarray, "*batch 3"]
    ) -> tuple[
        Float[np.ndarray, "*batch 2"], Float[np.ndarray, "*batch"], Float[np.ndarray, "*batch"]
    ]:
        """Points of the camera's frame in the panel.

        Returns
        -------
        points : array [..., 2]
            Pixels.
        depths : array [...]
            In the poses' unit, away from the viewer, 0 at the root.
        scales : array [...]
            Pixels a unit there.
        """
        extent = self.extent
        seen = seen_from(points - (0, extent.centre, 0), turn=self.turn, tilt=self.tilt)
        eye = EYE_DISTANCE * max(extent.half, extent.reach)
        width, height = self.size
        nearest = 1 - extent.reach / eye  # the near side looks larger
        pixels = nearest * min(0.40 * height / extent.half, 0.46 * width / extent.reach)
        scales = pixels * eye / np.maximum(eye + seen[..., 2], 0.2 * eye)
        places = scales[..., None] * seen[..., :2] + (width / 2, height / 2)
        return places, seen[..., 2], scales

    def figure(
        self, pose: Float[np.ndarray, "joint 3"], scores: Float[np.ndarray, " joint"]
    ) -> Figure:
        """A pose as it is to be drawn into the panel."""
        points, depths, scales = self.project(pose)
        haze = 1 - HAZE * np.clip(depths / max(self.extent.reach, 1e-9), 0, 1)
        widths = np.maximum(BONE_WIDTH * self.extent.half * scales, 1.0)
        return Figure(points, depths, widths, haze * strengths_of(scores))

    def draw_shadow(
        self,
        panel: Picture,
        pose: Float[np.ndarray, "joint 3"],
        bones: np.ndarray,
        bone_widths: Float[np.ndarray, " bone"],
    ) -> None:
        """A pose's bones flattened onto the grid, in place: shows where the feet stand."""
        flat = pose.copy()
        flat[:, 1] = self.extent.floor
        points, _, scales = self.project(flat)
        shade = _mixed(GRID, STAGE, SHADOW)
        for (parent, child), width in zip(bones, bone_widths, strict=True):
            ends = points[[parent, child]]
            if np.isfinite(ends).all() and (np.abs(ends) < 1e5).all():
                thick = BONE_WIDTH * self.extent.half * width * float(scales[parent])
                _line(panel, ends, shade, max(round(thick), 1))

    def _draw_grid(self) -> None:
        """A round patch of grid under the figure, fading outwards."""
        pieces = 6  # of a cell: short strokes, so that the fading looks even
        cells = int(np.ceil(1.6 * max(self.extent.half, self.extent.reach) / self.cell))
        end = cells * self.cell
        steps = np.arange(-cells * pieces, cells * pieces) * self.cell / pieces
        for fixed in np.arange(-cells, cells + 1) * self.cell:
            for start in steps:
                stop = start + self.cell / pieces
                outwards = np.hypot(fixed, (start + stop) / 2) / end
                if outwards >= 1:
                    continue
                colour = _mixed(GRID, STAGE, 0.9 * (1 - outwards**2))
                floor = self.extent.floor
                along = [[fixed, floor, start], [fixed, floor, stop]]
                across = [[start, floor, fixed], [stop, floor, fixed]]
                for ends in (along, across):
                    _line(self.ground, self.project(np.array(ends))[0], colour, 1)

    def _draw_axes(self) -> None:
        """The camera's axes, small, in the lower left corner."""
        unit = min(self.size)
        length, width = 0.045 * unit, max(round(0.003 * unit), 1)
        start = np.array([0.09 * unit, self.size[1] - 0.09 * unit])
        for name, axis in zip("xyz", np.eye(3), strict=True):
            shift = seen_from(axis, turn=self.turn, tilt=self.tilt)[:2]
            _line(self.ground, np.stack([start, start + length * shift]), QUIET, width)
            reach = max(float(np.linalg.norm(shift)), 1e-6)
            # An axis that points at the viewer has no end: its name goes beside the origin.
            end = shift * (1 + 0.5 / reach) if reach > 0.25 else np.array([-0.5, -0.5])
            x, y = start + length * end
            draw_text(self.ground, name, (x, y), max(round(0.026 * unit), 8), QUIET, anchor="mm")


def _line(picture: Picture, ends: Float[np.ndarray, "2 2"], colour: Colour, width: int) -> None:
    start, stop = np.rint(ends * (1 << _SUBPIXEL_BITS)).astype(int).tolist()
    cv2.line(picture, start, stop, colour, width, cv2.LINE_AA, _SUBPIXEL_BITS)


def _mixed(colour: Colour, ground: Colour, share: float) -> Colour:
    red, green, blue = (
        round(share * near + (1 - share) * far) for near, far in zip(colour, ground, strict=True)
    )
    return red, green, blue


def _round_step(wish: float) -> float:
    """1, 2 or 5 times a power of ten, nearest to the wish."""
    power = 10.0 ** np.floor(np.log10(wish))
    return float(min((factor * power for factor in (1, 2, 5, 10)), key=lambda s: abs(s - wish)))
