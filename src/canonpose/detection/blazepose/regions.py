"""Squares of the image, turned with the person, that hold a whole body."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

MARGIN = 1.25
"""How much wider a region is than the circle that the body fits in."""


@dataclass(frozen=True)
class Region:
    """A turned square, in pixels of the image."""

    x: float
    """Of its centre."""
    y: float
    side: float
    angle: float
    """Radians from the image's vertical to the person's, clockwise in the image: 0 for someone who
    stands upright, pi/2 for someone whose head is on the right."""

    @property
    def centre(self) -> Float[np.ndarray, "2"]:
        """(x, y)."""
        return np.array([self.x, self.y])

    def from_crop(self, side: int) -> Float[np.ndarray, "2 3"]:
        """The affine map from pixels of the upright crop, ``side`` wide and high, to the image.

        Pixels are counted from the centre of the upper left one at both ends.
        """
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        turned = np.array([[cos, -sin], [sin, cos]]) * self.side / side
        offset = self.centre - turned @ np.full(2, (side - 1) / 2)
        return np.concatenate([turned, offset[:, None]], axis=1)


def region_of(middle: Float[np.ndarray, "2"], rim: Float[np.ndarray, "2"]) -> Region:
    """The region of a person from the two key points that BlazePose gives for it.

    Parameters
    ----------
    middle : array [2]
        Between the hips, in pixels of the image.
    rim : array [2]
        A point above the head of the person, on the circle around ``middle`` that holds the body.
    """
    x, y = rim - middle
    return Region(
        x=float(middle[0]),
        y=float(middle[1]),
        side=float(2 * MARGIN * math.hypot(x, y)),
        angle=math.atan2(x, -y),
    )


def transform(
    affine: Float[np.ndarray, "2 3"], points: Float[np.ndarray, "*batch 2"]
) -> Float[np.ndarray, "*batch 2"]:
    """The points under an affine map."""
    return points @ affine[:, :2].T + affine[:, 2]
