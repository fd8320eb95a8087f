"""The robust cost of residuals: of squares near 0, of distances far away."""

import numpy as np
from jaxtyping import Float


def soft_l1(square: Float[np.ndarray, "*residual"]) -> Float[np.ndarray, "*residual"]:
    """``2 (sqrt(1 + z) - 1)`` of squared residuals z, in units of what they may be."""
    return 2 * (np.sqrt(1 + square) - 1)


def soft_l1_weight(square: Float[np.ndarray, "*residual"]) -> Float[np.ndarray, "*residual"]:
    """What such a square weighs in least squares by turns: the derivative of its cost."""
    return 1 / np.sqrt(1 + square)
