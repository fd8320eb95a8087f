"""The size of who is lifted, as far as the user tells it."""

from canonpose.errors import InputError
from canonpose.skeleton import Skeleton

TALLEST = 4.0
"""Metres; who is said to be taller was measured in centimetres."""


def check_height(metres: float | None) -> None:
    """Refuse a standing height that nobody has.

    Raises
    ------
    InputError
        If it is not positive, or 4 m and more.
    """
    if metres is not None and not 0 < metres < TALLEST:
        raise InputError(
            f"subject height {metres} m: give a positive height in metres, below {TALLEST:g}."
        )


def size_of_subject(height: float | None, units: str, skeleton: Skeleton) -> tuple[float, str]:
    """What to multiply poses of size 1 with, and the unit of the result.

    Parameters
    ----------
    height : float, optional
        Of the subject, in metres.
    units : str
        What size 1 is: "body_height" or "bone_length".
    skeleton : Skeleton
        For the message.

    Raises
    ------
    InputError
        If the height is nobody's, or poses of this skeleton have no height.
    """
    check_height(height)
    if height is None:
        return 1.0, units
    if units != "body_height":
        raise InputError(
            f"subject height {height} m: skeleton {skeleton.name!r} has no limbs or trunk to "
            f"compare it with; leave it out."
        )
    return height, "m"
