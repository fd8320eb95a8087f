"""What goes with a lifter that is trained anew."""

from contextlib import suppress
from pathlib import Path

from canonpose.lifter.naming import EXPORTED
from canonpose.lifter.sigma import FILES as UNCERTAINTY
from canonpose.lifter.temporal.trained import FILES as TEMPORAL
from canonpose.training.log import CURVES

OF_A_LIFTER = (
    UNCERTAINTY.weights,
    UNCERTAINTY.card,
    TEMPORAL.weights,
    TEMPORAL.card,
    EXPORTED,
    CURVES,
)
"""Files in a run's folder that hold for the lifter that lies there, and for no other."""


def remove_what_held_for_it(run: Path) -> None:
    """Remove what was learned about, or made from, the lifter that another is to replace.

    The lifter itself stays until then: the training may start from it.
    """
    for name in OF_A_LIFTER:
        with suppress(OSError):  # a folder that is none is refused when the log is started
            (run / name).unlink()
