"""The joints of one person in their region."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from scipy.special import expit

from canonpose.detection.blazepose.heatmaps import refine
from canonpose.detection.blazepose.joints import BODY, landmark_indices
from canonpose.detection.blazepose.network import Run
from canonpose.detection.blazepose.regions import Region, region_of, transform

Image = UInt8[np.ndarray, "height width 3"]

CROP_SIDE = 256
"""Pixels of the network's square input."""
VALUES = 5
"""Of every landmark: x, y, z, and the logits of being visible and of being inside of the crop."""
HALF_PIXEL = 0.5
"""The network counts from the corner of the crop, we from the centre of its first pixel. Crops and
their mirror images give positions that sum to its side (256.4, where ours would give 255)."""
LEAST_SIDE = 16.0
"""Pixels of the image; nobody is made out in less."""
LEAST_PRESENCE = 0.5
"""Of a person in the region, by the network's own flag."""
LEAST_VISIBILITY = 0.3
LEAST_CONFIDENCE = 0.5
"""Medians over the body below which, both together, a region holds no person: the flag alone lets
regions pass that have drifted onto furniture."""

_REGION_POINTS = landmark_indices(("region_middle", "region_rim"))
_BODY = landmark_indices(BODY)


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody in one frame."""

    positions: Float[np.ndarray, "landmark 2"]
    """Pixels of the image."""
    confidences: Float[np.ndarray, " landmark"]
    """Likelihood that the joint is there, 0..1, by the network's heatmap."""
    region: Region
    """Where to look in the next frame."""


def read_landmarks(image: Image, region: Region, network: Run) -> Person | None:
    """The person in a region; None where there is none.

    Parameters
    ----------
    image : array [height, width, 3]
        RGB.
    region : Region
    network : function
        BlazePose's landmark network.
    """
    if not region.side >= LEAST_SIDE:
        return None
    from_crop = region.from_crop(CROP_SIDE)
    landmarks, flag, logits = network(
        _crop(image, from_crop), ("Identity", "Identity_1", "Identity_3")
    )
    if flag.item() < LEAST_PRESENCE:
        return None
    values = landmarks.reshape(-1, VALUES).astype(np.float64)
    cell = CROP_SIDE / logits.shape[1]
    fine, peaks = refine(logits[0], values[:, :2] / cell)
    visibility = np.median(expit(values[_BODY, 3]))
    if visibility < LEAST_VISIBILITY and np.median(peaks[_BODY]) < LEAST_CONFIDENCE:
        return None
    positions = transform(from_crop, fine * cell - HALF_PIXEL)
    next_region = region_of(*positions[_REGION_POINTS])
    return Person(positions, peaks.astype(np.float64), next_region)


def _crop(image: Image, from_crop: Float[np.ndarray, "2 3"]) -> Float[np.ndarray, "1 side side 3"]:
    """The region, upright, in values 0..1; outside of the image its rim goes on."""
    crop = cv2.warpAffine(
        image,
        from_crop,
        (CROP_SIDE, CROP_SIDE),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.multiply(crop, np.float32(1 / 255))[None]
