"""What a 2D detector is to the rest of canonpose."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, UInt8

from canonpose.skeleton import Skeleton


@runtime_checkable
class Detector(Protocol):
    """Finds people in the frames of one video, one after the other.

    A detector may remember where people were, to look there first. `begin` makes it forget; what
    it finds depends on nothing but the frames since then, so that a video can be worked on in
    parts and an interrupted run ends as an uninterrupted one does.
    """

    name: str
    """Part of file names: "blazepose-heavy"."""
    version: str
    """Changes whenever results may: of the weights and of our own code around them."""
    skeleton: Skeleton
    """Whose detected joints the results have, in this order."""

    def begin(self) -> None:
        """Forget all frames so far."""

    def detect(
        self, image: UInt8[np.ndarray, "height width 3"]
    ) -> Float[np.ndarray, "person joint 3"]:
        """Everyone in the next frame.

        Parameters
        ----------
        image : array [height, width, 3]
            RGB, upright.

        Returns
        -------
        array [person, joint, (x, y, score)]
            x right and y down in pixels of the image, the centre of the upper left pixel at
            (0, 0); the score is 0..1 and rises with how sure the detector is that the joint is
            where it says. NaN with score 0 where a joint is not found. In no particular order.
        """
