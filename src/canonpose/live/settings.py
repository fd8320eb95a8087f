"""What a live view does."""

from dataclasses import dataclass

from canonpose.errors import InputError
from canonpose.lifter.subject_height import check_height

HIGHEST_PORT = 65535


@dataclass(frozen=True)
class LiveSettings:
    """Where a live view is served, and how."""

    port: int = 0
    """Of the loopback interface; 0 takes a free one."""
    subject_height: float | None = None
    """Standing height in metres; makes the result metric."""
    long_side: int = 960
    """Pixels of the picture that the browser gets; the detector gets the whole one."""
    jpeg_quality: int = 80
    """Of that picture, 1 to 100."""

    def __post_init__(self) -> None:
        if not 0 <= self.port <= HIGHEST_PORT:
            raise InputError(f"port {self.port}: give 1 to {HIGHEST_PORT}, or 0 for a free one.")
        if self.long_side < 16:
            raise InputError(f"long side {self.long_side}: give at least 16 pixels.")
        if not 1 <= self.jpeg_quality <= 100:
            raise InputError(f"JPEG quality {self.jpeg_quality}: give 1 to 100.")
        check_height(self.subject_height)
