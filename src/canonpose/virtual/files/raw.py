"""What a motion file says, before it is understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True, eq=False)
class RawMotion:
    """Joints over time, in the file's own names, axes and units."""

    positions: Float[np.ndarray, "frame joint 3"]
    """NaN where unknown."""
    joints: tuple[str, ...]
    fps: float
    parents: Mapping[str, str] = field(default_factory=dict)
    """Joint to parent, where the file has a hierarchy."""
    units: str | None = None
    """"m", "cm" or "mm", where the file declares it."""
