"""One person from the many answers of a detector that are about the same person."""

import numpy as np
from jaxtyping import Float

Boxes = Float[np.ndarray, "box 4"]


def merge_overlapping(
    boxes: Boxes,
    values: Float[np.ndarray, "box value"],
    scores: Float[np.ndarray, " box"],
    threshold: float,
) -> tuple[Float[np.ndarray, "person value"], Float[np.ndarray, " person"]]:
    """Weighted non-maximum suppression (Bazarevsky et al., BlazeFace, 2019).

    The surest box and all that overlap it become one: the mean of their values, weighted by their
    scores. Then the surest of the rest, and so on.

    Parameters
    ----------
    boxes : array [box, (left, top, right, bottom)]
    values : array [box, value]
        What is averaged.
    scores : array [box]
        Above 0.
    threshold : float
        Intersection over union above which two boxes are about one person.

    Returns
    -------
    array [person, value], array [person]
        The means, and the score of the surest box of each, in falling order.
    """
    merged, best = [], []
    left = np.argsort(-scores, kind="stable")
    while len(left):
        overlap = intersection_over_union(boxes[left[0]], boxes[left])
        same = overlap > threshold
        same[0] = True
        group = left[same]
        merged.append(np.average(values[group], axis=0, weights=scores[group]))
        best.append(scores[left[0]])
        left = left[~same]
    return np.reshape(merged, (-1, values.shape[1])), np.array(best, dtype=scores.dtype)


def intersection_over_union(box: Float[np.ndarray, "4"], boxes: Boxes) -> Float[np.ndarray, " box"]:
    """The share of the area that two boxes cover together which both of them cover.

    0 where both are empty.
    """
    upper_left = np.maximum(box[:2], boxes[:, :2])
    lower_right = np.minimum(box[2:], boxes[:, 2:])
    shared = np.prod(np.clip(lower_right - upper_left, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    together = np.prod(box[2:] - box[:2]) + areas - shared
    return np.divide(shared, together, out=np.zeros_like(shared), where=together > 0)
