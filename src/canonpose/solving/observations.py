"""What the cameras of a rig saw, as residuals are weighed by it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int64

from canonpose.solving.rig_views import RigViews


@dataclass(frozen=True, eq=False)
class Observations:
    """Detections of points: joints moment by moment, or a row of joints at some moments."""

    pixels: Float[np.ndarray, "view *point 2"]
    """0 where missing."""
    weights: Float[np.ndarray, "view *point"]
    """One over the pixels that a detection may be off; 0 where missing."""

    @property
    def in_a_row(self) -> "Observations":
        """All joints of all moments along one axis."""
        views = len(self.pixels)
        return Observations(self.pixels.reshape(views, -1, 2), self.weights.reshape(views, -1))

    def at(self, chosen: Int64[np.ndarray, " chosen"]) -> "Observations":
        """Some of the points of a row, or of the moments."""
        return Observations(self.pixels[:, chosen], self.weights[:, chosen])

    @property
    def solvable(self) -> Bool[np.ndarray, "*point"]:
        """Points that two cameras or more saw."""
        return (self.weights > 0).sum(0) >= 2


def observations_of(views: RigViews, tolerance: Float[np.ndarray, " view"]) -> Observations:
    """What was seen [view, frame, joint] of a rig.

    Parameters
    ----------
    views : RigViews
    tolerance : array [view]
        Pixels of every camera by which a detection of full confidence may be off.
    """
    seen = (views.scores > 0) & np.isfinite(views.positions).all(-1)
    pixels = np.where(seen[..., None], views.positions, 0.0).astype(np.float64)
    weights = np.where(seen, views.scores, 0.0).astype(np.float64) / tolerance[:, None, None]
    return Observations(pixels, weights)
