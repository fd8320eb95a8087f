"""What is expected of bodies and of those who hold cameras, in body heights, radians and seconds.

Standard deviations at 30 moments a second. Those of a change from moment to moment grow with the
root of the rate: twice as many moments are twice as much evidence of one and the same motion.
"""

from dataclasses import dataclass

import numpy as np

from canonpose.solving.sequence.equations import Expected
from canonpose.solving.sequence.views import Steadiness

RATE = 30.0
"""Moments a second for which the numbers below hold."""


@dataclass(frozen=True)
class Body:
    """Of the subject."""

    stretch: float = 0.015
    """By which bones change their lengths: a detector's joints are no hinges."""
    acceleration: float = 12.0
    """Of joints: 20 m/s2, which 90 to 99 % of the joints of people who walk, play and gesture stay
    below (CMU's held-back clips)."""

    def at(self, rate: float, size: float = 1.0) -> Expected:
        """From moment to moment, at so many moments a second; a body is `size` high."""
        bend = self.acceleration / rate**2 * float(np.sqrt(rate / RATE))
        return Expected(self.stretch * size, bend * size)


@dataclass(frozen=True)
class Handling:
    """Of a camera on a tripod or in someone's hands."""

    turn: float = float(np.radians(30))
    """Speed."""
    turn_acceleration: float = float(np.radians(60))
    move: float = 0.03
    """Speed: it stays nearly where it is."""
    zoom: float = 0.3
    """Change of the logarithm of the focal length per second."""
    zoom_acceleration: float = 2.0
    focal: float = 0.5
    """Of the logarithm of the focal length, from 1.2 times the image's longer side."""
    lifted: float = float(np.radians(10))
    """By which the lifter's rotations may be off, for as long as `lifted_for`."""
    lifted_for: float = 0.5

    def of_turns(self, rate: float) -> Steadiness:
        """Of rotations alone, which begin with what the lifter says."""
        share = np.sqrt(rate / RATE)
        start = self.lifted * np.sqrt(self.lifted_for * rate)
        return Steadiness(
            np.full(3, start),
            np.full(3, self.turn / rate * share),
            np.full(3, self.turn_acceleration / rate**2 * share),
        )

    def of_views(self, rate: float, moments: int) -> Steadiness:
        """Of turns, moves and focal lengths, which begin where turns alone have led."""
        turns = self.of_turns(rate)
        share = np.sqrt(rate / RATE)
        free = np.full(3, np.inf)
        move = np.full(3, self.move / rate * share)
        return Steadiness(
            np.concatenate([free, free, [self.focal * np.sqrt(moments)]]),
            np.concatenate([turns.change, move, [self.zoom / rate * share]]),
            np.concatenate([turns.bend, free, [self.zoom_acceleration / rate**2 * share]]),
        )


MOVING = Handling()
STILL = Handling(
    turn=3e-4, turn_acceleration=np.inf, move=3e-4, zoom=3e-4, zoom_acceleration=np.inf
)
"""Of a camera that stands still: what does not change at all makes the equations stiff."""
