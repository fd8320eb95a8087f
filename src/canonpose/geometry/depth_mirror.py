"""The depth-mirrored world, which weak perspective does not tell from the real one."""

import numpy as np
from jaxtyping import Float

DEPTH_MIRROR = np.diag([1.0, 1.0, -1.0])
"""S of X -> S X."""


def mirrored_rotations(
    rotations: Float[np.ndarray, "*batch 3 3"],
) -> Float[np.ndarray, "*batch 3 3"]:
    """S R S: the rotations of cameras [..., 3, 3] that see ``S X`` where those of R see X."""
    return DEPTH_MIRROR @ rotations @ DEPTH_MIRROR
