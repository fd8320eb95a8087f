"""What two cameras that stand still have in common: the fundamental matrix, from matches alone."""

import numpy as np
from jaxtyping import Float

Points = Float[np.ndarray, "*batch match 2"]
Fundamental = Float[np.ndarray, "*batch 3 3"]


def fundamental_matrix(
    first: Points, second: Points, weights: Float[np.ndarray, "*batch match"]
) -> Fundamental:
    """The matrix F for which ``x_second F x_first = 0``, by weighted least squares.

    The normalised eight-point algorithm (Hartley, PAMI 1997), with rank 2 enforced.

    Parameters
    ----------
    first, second : array [*batch, match, 2]
        The same points in two images; finite where they have weight.
    weights : array [*batch, match]
        0 or more; eight matches or more must have weight.
    """
    one, of_one = _normalised(first, weights)
    two, of_two = _normalised(second, weights)
    rows = (two[..., :, None] * one[..., None, :]).reshape(*one.shape[:-1], 9)
    rows = rows * np.sqrt(weights)[..., None]
    solution = np.linalg.eigh(np.swapaxes(rows, -1, -2) @ rows)[1][..., 0]
    left, values, right = np.linalg.svd(solution.reshape(*solution.shape[:-1], 3, 3))
    values[..., 2] = 0
    matrix = (left * values[..., None, :]) @ right
    matrix = np.swapaxes(of_two, -1, -2) @ matrix @ of_one
    return matrix / np.linalg.norm(matrix, axis=(-2, -1), keepdims=True)


def epipolar_distance(
    first: Points, second: Points, matrix: Float[np.ndarray, "*#batch 3 3"]
) -> Float[np.ndarray, "*batch match"]:
    """How far two points are from being images of one, in the units of the images.

    Sampson's approximation of the least distance, over both images, by which they would have to be
    moved (Hartley and Zisserman, Multiple View Geometry, 11.4.3). NaN where a point is.
    """
    one, two = _homogeneous(first), _homogeneous(second)
    lines = one @ np.swapaxes(matrix, -1, -2)
    back = two @ matrix
    slopes = (lines[..., :2] ** 2).sum(-1) + (back[..., :2] ** 2).sum(-1)
    return np.abs((two * lines).sum(-1)) / np.sqrt(np.maximum(slopes, np.finfo(float).tiny))


def _homogeneous(points: Points) -> Float[np.ndarray, "*batch match 3"]:
    return np.concatenate([points, np.ones_like(points[..., :1])], axis=-1)


def _normalised(
    points: Points, weights: Float[np.ndarray, "*batch match"]
) -> tuple[Float[np.ndarray, "*batch match 3"], Float[np.ndarray, "*batch 3 3"]]:
    """Homogeneous points around 0 at a distance of about 1, 0 without weight; and how they came."""
    points = np.where(weights[..., None] > 0, points, 0)
    total = np.maximum(weights.sum(-1), 1e-12)[..., None]
    middle = (points * weights[..., None]).sum(-2) / total
    spread = ((points - middle[..., None, :]) ** 2).sum(-1) * weights
    scale = 1 / np.sqrt(np.maximum(spread.sum(-1) / total[..., 0], 1e-12))
    matrix = np.zeros((*scale.shape, 3, 3))
    matrix[..., 0, 0] = matrix[..., 1, 1] = scale
    matrix[..., :2, 2] = -scale[..., None] * middle
    matrix[..., 2, 2] = 1
    return _homogeneous(points) @ np.swapaxes(matrix, -1, -2), matrix
