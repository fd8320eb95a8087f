"""Means of rotations: the nearest one to a sum, robust medians, and what pairs of them agree on."""

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

CONVERGED = 1e-8
"""Radians; a step of a median that is no longer than this is the last."""


def nearest_rotation(matrix: Float[np.ndarray, "*batch 3 3"]) -> Float[np.ndarray, "*batch 3 3"]:
    """The rotation closest to a matrix, in squares: never a reflection.

    That to a weighted sum of rotations is their chordal mean.
    """
    left, _, right = np.linalg.svd(matrix)
    turn = np.ones(matrix.shape[:-1])
    turn[..., 2] = np.linalg.det(left @ right)
    return (left * turn[..., None, :]) @ right


def geodesic_medians(
    rotations: Float[np.ndarray, "set rotation 3 3"],
    weights: Float[np.ndarray, "set rotation"],
    *,
    steps: int,
    smallest_angle: float,
) -> Float[np.ndarray, "set 3 3"]:
    """The weighted geodesic median of every set of rotations.

    The sum of the angles to it is smallest (Weiszfeld's algorithm on SO(3): Hartley, Aftab and
    Trumpf 2011), so that outliers pull by their number and not by how far they are off.

    Parameters
    ----------
    rotations : array [set, rotation, 3, 3]
    weights : array [set, rotation]
        Not negative, and in no set all 0.
    steps : int
        At most so many.
    smallest_angle : float
        Radians; a rotation that is closer to the median weighs no more for it.
    """
    every = Rotation.from_matrix(rotations.reshape(-1, 3, 3))
    of_set = np.repeat(np.arange(len(rotations)), rotations.shape[1])
    chordal = nearest_rotation(np.einsum("sr,srab->sab", weights, rotations))
    medians = Rotation.from_matrix(chordal)
    for _ in range(steps):
        away = (every * medians[of_set].inv()).as_rotvec().reshape(*weights.shape, 3)
        pull = weights / np.maximum(np.linalg.norm(away, axis=-1), smallest_angle)
        step = np.einsum("sr,sra->sa", pull, away) / pull.sum(1)[:, None]
        medians = Rotation.from_rotvec(step) * medians
        if (np.linalg.norm(step, axis=1) < CONVERGED).all():
            break
    return medians.as_matrix()


def synchronised(
    pairs: Float[np.ndarray, "*batch view view 3 3"], weights: Float[np.ndarray, "*batch view view"]
) -> Float[np.ndarray, "*batch view 3 3"]:
    """Rotations whose relative ones are closest to those of the pairs: the spectrum of all.

    Parameters
    ----------
    pairs : array [..., view, view, 3, 3]
        ``pairs[b, a]`` is near to ``R_b R_a^T``, and the transpose of ``pairs[a, b]``.
    weights : array [..., view, view]
        Symmetric, 0 where a pair is not known; every view is in a pair.

    Returns
    -------
    array [..., view, 3, 3]
        Relative to the first, which is the identity.
    """
    views = weights.shape[-1]
    root = np.sqrt(weights.sum(-1))
    normed = weights / (root[..., :, None] * root[..., None, :])
    system = (normed[..., None, None] * pairs).swapaxes(-3, -2)
    _, vectors = np.linalg.eigh(system.reshape(*weights.shape[:-2], 3 * views, 3 * views))
    blocks = vectors[..., -3:].reshape(*weights.shape[:-1], 3, 3)
    # Signs of eigenvectors are open: here the first block is no reflection.
    blocks[np.linalg.det(blocks[..., 0, :, :]) < 0, ..., 0] *= -1
    rotations = nearest_rotation(blocks)
    return rotations @ rotations[..., :1, :, :].swapaxes(-1, -2)
