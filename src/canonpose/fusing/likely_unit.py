"""The unit that a calibration is likely to be in which does not say it, by how tall people are."""

import numpy as np
import torch
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.inference.body_scale import body_size
from canonpose.skeleton import Skeleton

TALL = (0.5, 3.0)
"""Metres, from a child to what bodies are overestimated by at most."""


def check_metres(
    points: Float[np.ndarray, "frame joint 3"], skeleton: Skeleton, source: str
) -> None:
    """Refuse what would be no people in metres: their joints would be written as if they were.

    Parameters
    ----------
    points : array [frame, joint, 3]
        In the unit of the file, NaN where missing.
    skeleton : Skeleton
        Of people; without limbs and trunk, nothing is known of its size.
    source : str
        The file.

    Raises
    ------
    InputError
        If they would be giants or dwarfs.
    """
    sizes, kind = body_size(torch.from_numpy(points), skeleton)
    size = float(sizes.nanmedian())
    if kind != "body_height" or not size > 0 or TALL[0] <= size <= TALL[1]:
        return
    likely = [unit for unit, metres in UNITS_IN_METRES.items() if _fits(size * metres)]
    remedy = "scale its translations to metres, or say that they are"
    if likely:
        remedy = f"it is likely to be in {likely[0]}: say so"
    raise InputError(
        f"{source}: says no unit, and in metres the person would be {size:.3g} m tall; {remedy} by "
        f'an entry "units" of "{likely[0] if likely else "m"}", in every camera or, of TOML, in '
        f"the table metadata."
    )


def _fits(metres: float) -> bool:
    return TALL[0] <= metres <= TALL[1]
