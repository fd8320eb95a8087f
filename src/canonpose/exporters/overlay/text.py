"""Words in a picture: anti-aliased, in Pillow's own typeface."""

from functools import lru_cache

import numpy as np
from jaxtyping import Float, UInt8
from PIL import Image, ImageDraw, ImageFont

from canonpose.exporters.overlay.settings import Colour


def draw_text(
    picture: UInt8[np.ndarray, "height width 3"],
    text: str,
    place: tuple[float, float],
    size: int,
    colour: Colour,
    *,
    anchor: str = "ls",
) -> None:
    """Write one line into a picture, in place; what lies outside is cut off.

    Parameters
    ----------
    picture : array [height, width, 3]
        RGB.
    text : str
    place : (x, y)
        Pixels.
    size : int
        Of the typeface, in pixels.
    colour : (red, green, blue)
    anchor : str
        What of the text is at the place: "l", "m" or "r" across, then "s" (the baseline) or "m"
        (the middle) down.
    """
    coverage, (dx, dy) = _rendered(text, size, anchor)
    left, top = round(place[0]) + dx, round(place[1]) + dy
    height, width = picture.shape[:2]
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + coverage.shape[1], width), min(top + coverage.shape[0], height)
    if x0 >= x1 or y0 >= y1:
        return
    share = coverage[y0 - top : y1 - top, x0 - left : x1 - left, None]
    part = picture[y0:y1, x0:x1]
    part[:] = np.rint(part + share * (np.array(colour, dtype=np.float32) - part)).astype(np.uint8)


def text_width(text: str, size: int) -> float:
    """How far a line reaches, in pixels."""
    return float(_typeface(size).getlength(text))


@lru_cache(maxsize=64)
def _rendered(
    text: str, size: int, anchor: str
) -> tuple[Float[np.ndarray, "height width"], tuple[int, int]]:
    """How much of each pixel the letters cover, and where their upper left corner is."""
    face = _typeface(size)
    left, top, right, bottom = (round(side) for side in face.getbbox(text, anchor=anchor))
    image = Image.new("L", (max(right - left, 0) + 2, max(bottom - top, 0) + 2))
    ImageDraw.Draw(image).text((1 - left, 1 - top), text, fill=255, font=face, anchor=anchor)
    return np.asarray(image, dtype=np.float32) / 255, (left - 1, top - 1)


@lru_cache(maxsize=8)
def _typeface(size: int) -> ImageFont.FreeTypeFont:
    face = ImageFont.load_default(size)
    if not isinstance(face, ImageFont.FreeTypeFont):  # a Pillow that was built without FreeType
        raise RuntimeError("Pillow was built without FreeType, which the overlay's text needs")
    return face
