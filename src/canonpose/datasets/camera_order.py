"""Which cameras to take first, where fewer than all are used."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from canonpose.geometry.cameras import Camera

_Axis = Float[np.ndarray, "3"]


def spread_order(cameras: Mapping[str, Camera]) -> tuple[str, ...]:
    """Cameras in an order whose first k see a person from well-spread sides.

    The first one stays. Each next one is that whose line of sight is farthest from the lines of
    sight already there. Two cameras that look along one line, from the same side or from opposite
    ones, see the same silhouette and so add no depth: such a pair counts as 0 degrees apart.
    Between lines that are about as good, the farther side wins, for what it sees is hidden to the
    others.

    Parameters
    ----------
    cameras : mapping
        By name.

    Returns
    -------
    tuple of str
        All names.
    """
    left = list(cameras)
    axes = {name: camera.rotation[2] for name, camera in cameras.items()}
    chosen = left[:1]
    left = left[1:]
    while left:
        others = [axes[name] for name in chosen]
        apart = [_apart(axes[name], others) for name in left]
        chosen.append(left.pop(apart.index(max(apart))))
    return tuple(chosen)


def _apart(axis: _Axis, others: Sequence[_Axis]) -> tuple[float, float]:
    """The sine of the smallest angle to the lines, roughly; and how far the nearest view is."""
    sine = min(float(np.linalg.norm(np.cross(axis, other))) for other in others)
    return round(sine, 1), -max(float(axis @ other) for other in others)
