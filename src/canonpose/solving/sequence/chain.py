"""Least squares along a chain: what belongs to one moment is dense, and neighbours pull smoothly.

The normal equations are a band: blocks of ``unknown`` on the diagonal, and first and second
differences between moments, each of which couples an unknown with itself one and two moments on.
LAPACK's banded Cholesky factor costs no more than linearly in the number of moments.
"""

import numpy as np
from jaxtyping import Float
from scipy.linalg import LinAlgError, cho_solve_banded, cholesky_banded, lapack


def banded(
    blocks: Float[np.ndarray, "moment unknown unknown"],
    first: Float[np.ndarray, "link unknown"],
    second: Float[np.ndarray, "bend unknown"],
) -> Float[np.ndarray, "band row"]:
    """Lower band of the normal equations.

    Parameters
    ----------
    blocks : array [moment, unknown, unknown]
        Symmetric, of all that a moment knows by itself.
    first : array [moment - 1, unknown]
        Weights of the squares of ``x[t + 1] - x[t]``.
    second : array [moment - 2, unknown]
        Weights of the squares of ``x[t] - 2 x[t + 1] + x[t + 2]``.
    """
    moments, size = blocks.shape[:2]
    band = np.zeros((2 * size + 1, moments, size))
    for below in range(size):
        band[below, :, : size - below] = np.diagonal(blocks, -below, axis1=1, axis2=2)
    diagonal, one_on, two_on = band[0], band[size], band[2 * size]
    diagonal[:-1] += first
    diagonal[1:] += first
    one_on[:-1] -= first
    diagonal[:-2] += second
    diagonal[1:-1] += 4 * second
    diagonal[2:] += second
    one_on[:-2] -= 2 * second
    one_on[1:-1] -= 2 * second
    two_on[:-2] += second
    return band.reshape(2 * size + 1, -1)


def solved(
    band: Float[np.ndarray, "band row"], right: Float[np.ndarray, "moment unknown"]
) -> Float[np.ndarray, "moment unknown"] | None:
    """The unknowns of all moments; None where the equations are not positive definite."""
    try:
        factor = cholesky_banded(band, lower=True, check_finite=False)
    except LinAlgError:
        return None
    return cho_solve_banded((factor, True), right.ravel(), check_finite=False).reshape(right.shape)


def sampled(
    band: Float[np.ndarray, "band row"], shape: tuple[int, int], samples: int
) -> Float[np.ndarray, "sample moment unknown"]:
    """Draws whose covariance is the inverse of the normal equations; always the same ones.

    Raises
    ------
    scipy.linalg.LinAlgError
        If the equations are not positive definite.
    """
    factor = cholesky_banded(band, lower=True, check_finite=False)
    noise = np.random.default_rng(0).standard_normal((band.shape[1], samples))
    drawn, _ = lapack.dtbtrs(factor, noise, uplo="L", trans="T")
    return drawn.T.reshape(samples, *shape)
