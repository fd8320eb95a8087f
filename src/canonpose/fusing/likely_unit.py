"""The unit that a calibration is likely to be in which does not say it, by how tall people are."""

import warnings

import numpy as np
import torch
from jaxtyping import Float

from canonpose.errors import InputWarning
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.inference.body_scale import body_size
from canonpose.skeleton import Skeleton

TALL = (0.5, 3.0)
"""Metres, from a child to what bodies are overestimated by at most."""


def warn_if_not_metres(
    points: Float[np.ndarray, "frame joint 3"], skeleton: Skeleton, source: str
) -> None:
    """Say so where people would be no people in metres.

    Parameters
    ----------
    points : array [frame, joint, 3]
        In the unit of the file, NaN where missing.
    skeleton : Skeleton
        Of people; without limbs and trunk, nothing is known of its size.
    source : str
        The file.
    """
    sizes, kind = body_size(torch.from_numpy(points), skeleton)
    size = float(sizes.nanmedian())
    if kind != "body_height" or not size > 0 or TALL[0] <= size <= TALL[1]:
        return
    likely = [unit for unit, metres in UNITS_IN_METRES.items() if _fits(size * metres)]
    remedy = "scale its translations to metres"
    if likely:
        remedy = (
            f'it is likely to be in {likely[0]}: say so by an entry "units" of "{likely[0]}", '
            f"in every camera or, of TOML, in the table metadata"
        )
    warnings.warn(
        f"{source}: says no unit, and in metres the person would be {size:.3g} m tall; {remedy}.",
        InputWarning,
        stacklevel=4,
    )


def _fits(metres: float) -> bool:
    return TALL[0] <= metres <= TALL[1]
