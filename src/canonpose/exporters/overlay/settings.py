"""What an overlay video looks like."""

from dataclasses import dataclass

from canonpose.errors import InputError

Colour = tuple[int, int, int]
"""Red, green, blue, 0..255."""

SIDE_COLOURS: dict[str, Colour] = {
    "left": (86, 180, 233),
    "right": (240, 145, 58),
    "middle": (200, 203, 208),
}
"""Those of the report's dark page: sky blue and orange are told apart by any colour vision."""
STAGE: Colour = (21, 24, 27)
"""The ground of the 3D panel."""
GRID: Colour = (92, 100, 112)
TEXT: Colour = (232, 230, 225)
QUIET: Colour = (155, 160, 168)

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
"""Endings of names to FFmpeg's containers."""


@dataclass(frozen=True)
class OverlaySettings:
    """Size and viewpoint of an overlay video."""

    long_side: int = 1280
    """Pixels; larger pictures are made smaller before anything is drawn."""
    turn: float = 50.0
    """Degrees by which the 3D skeleton is seen from the camera's right."""
    tilt: float = 14.0
    """Degrees by which it is seen from above."""
    quality: int = 21
    """The H.264 encoder's constant rate factor: smaller is better and larger files."""

    def __post_init__(self) -> None:
        if self.long_side < 16:
            raise InputError(f"long side {self.long_side}: give at least 16 pixels.")
        if not 0 <= self.quality <= 51:
            raise InputError(f"quality {self.quality}: the encoder takes 0 to 51.")
        if not -80 <= self.tilt <= 80:
            raise InputError(f"tilt {self.tilt}: give -80 to 80 degrees.")
