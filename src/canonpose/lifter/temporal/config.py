"""The shape of the temporal lifter."""

from dataclasses import dataclass

from canonpose.config_checks import at_least
from canonpose.errors import InputError

SPAN = 3
"""Neighbouring features that one layer joins; a window is a power of it."""


@dataclass(frozen=True)
class TemporalConfig:
    """The shape of the temporal lifter."""

    window: int = 27
    """Places that it looks at, half of them before and half after the frame that it lifts; live,
    the half before alone. A place is a frame, or a thirtieth of a second where frames come slower.
    9, 27, 81, 243 or another power of 3."""
    width: int = 128
    """Features of every frame and layer."""

    def __post_init__(self) -> None:
        if self.window != SPAN**self.layers or self.window < SPAN:
            raise InputError(
                f"a window of {self.window} frames: choose 9, 27, 81, 243 or another power of 3."
            )
        at_least(self, "temporal ", width=1)

    @property
    def layers(self) -> int:
        """How many layers join the window into one frame."""
        return len(_digits(self.window)) - 1

    @property
    def past(self) -> int:
        """Frames before the one that is lifted, and as many after it."""
        return self.window // 2


def _digits(number: int) -> str:
    """In base `SPAN`."""
    digits = ""
    while number:
        number, digit = divmod(number, SPAN)
        digits = f"{digit}{digits}"
    return digits
