"""Poses of other moments than a video's pictures, as a pose for each picture."""

from dataclasses import replace

import numpy as np
from jaxtyping import Int

from canonpose.datamodel import Poses

BY_FRAME = ("positions", "scores", "canonical", "rotation", "keypoints", "sigma")
"""What of poses is told frame by frame."""


def by_picture(poses: Poses, numbers: Int[np.ndarray, " picture"]) -> Poses:
    """The poses that pictures show, in their order; some may be shown again, or not at all.

    Parameters
    ----------
    poses : Poses
    numbers : array [picture]
        Which pose each picture of a video shows, counted from 0; -1 where it shows none.

    Returns
    -------
    Poses
        One a picture, NaN with score 0 where it shows none.
    """
    shown = {}
    for name in BY_FRAME:
        if (array := getattr(poses, name)) is not None:
            shown[name] = array[numbers]
            shown[name][numbers < 0] = 0 if name == "scores" else np.nan
    return replace(poses, **shown)
