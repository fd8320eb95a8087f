"""Finding people anywhere in an image, roughly."""

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from scipy.special import expit

from canonpose.detection.blazepose.anchors import INPUT_SIDE, anchor_centres
from canonpose.detection.blazepose.network import Run
from canonpose.detection.blazepose.regions import Region, region_of
from canonpose.detection.blazepose.suppression import merge_overlapping

Image = UInt8[np.ndarray, "height width 3"]

LEAST_SCORE = 0.5
"""Answers less sure than this are no person."""
SAME_PERSON = 0.3
"""Intersection over union above which two answers are about one person."""

_ANCHORS = anchor_centres()


def find_people(image: Image, network: Run) -> list[Region]:
    """The region of everyone whom the person detector finds, the surest first.

    Parameters
    ----------
    image : array [height, width, 3]
        RGB, upright.
    network : function
        BlazePose's person detector.
    """
    batch, scale, offset = letterbox(image)
    values, logits = network(batch, ("Identity", "Identity_1"))
    points, scores = _decode(values[0], expit(logits[0, :, 0]))
    if not len(scores):
        return []
    boxes = points[:, :2].reshape(-1, 4)
    merged, _ = merge_overlapping(boxes, points.reshape(len(points), -1), scores, SAME_PERSON)
    in_image = (merged.reshape(len(merged), *points.shape[1:]) - offset) / scale
    # After the two corners of the box come four points, of which the first two span the body.
    return [region_of(person[2], person[3]) for person in in_image]


def letterbox(
    image: Image,
) -> tuple[Float[np.ndarray, "1 side side 3"], Float[np.ndarray, "2"], Float[np.ndarray, "2"]]:
    """The whole image in the network's square input.

    Returns
    -------
    array [1, side, side, 3], array [2], array [2]
        Values -1..1, with -1 (black) around the image; and the scale and the offset (x, y) with
        which ``input = scale * image + offset``, both from the centre of the upper left pixel.
    """
    size = np.array([image.shape[1], image.shape[0]])
    new_size = np.maximum(1, np.rint(size * (INPUT_SIDE / size.max()))).astype(np.int64)
    left, top = corner = (INPUT_SIDE - new_size) // 2
    right, bottom = corner + new_size
    small = cv2.resize(image, new_size.tolist(), interpolation=cv2.INTER_LINEAR)
    batch = np.full((1, INPUT_SIDE, INPUT_SIDE, 3), -1, dtype=np.float32)
    inside = batch[0, top:bottom, left:right]
    np.multiply(small, np.float32(1 / 127.5), out=inside)
    inside -= 1
    scale = new_size / size
    return batch, scale, corner + (scale - 1) / 2


def _decode(
    values: Float[np.ndarray, "anchor value"], scores: Float[np.ndarray, " anchor"]
) -> tuple[Float[np.ndarray, "box point 2"], Float[np.ndarray, " box"]]:
    """Corners of the boxes and their key points, of the anchors that are sure enough.

    The network gives the box's centre and size, then the points, in pixels of its input; all but
    the size are relative to the anchor. Its pixels are counted from the input's corner.
    """
    sure = scores >= LEAST_SCORE
    centres = _ANCHORS[sure, None] * INPUT_SIDE
    given = values.reshape(len(values), -1, 2)[sure].astype(np.float64)
    half = given[:, 1:2] / 2
    points = np.concatenate([given[:, :1] - half, given[:, :1] + half, given[:, 2:]], axis=1)
    return points + centres - 0.5, scores[sure].astype(np.float64)
