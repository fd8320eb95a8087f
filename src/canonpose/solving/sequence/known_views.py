"""Cameras that are known: joints alone are to be found."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from jaxtyping import Float

from canonpose.solving.pinholes import Pinholes, by_world, see
from canonpose.solving.sequence.views import Joints, Sight, Steadiness, Steps


@dataclass(frozen=True, eq=False)
class KnownViews:
    """Still perspective cameras without unknowns."""

    cameras: Pinholes

    @property
    def unknowns(self) -> int:
        """None."""
        return 0

    @property
    def steadiness(self) -> Steadiness:
        """Of nothing."""
        return Steadiness(np.zeros(0), np.zeros(0), np.zeros(0))

    def see(self, joints: Joints) -> Sight:
        """As the cameras do."""
        shape = (len(self.cameras), *joints.shape[:2])
        seen = see(self.cameras, joints.reshape(-1, 3))
        by_joint = by_world(self.cameras, seen).reshape(*shape, 2, 3)
        return Sight(seen.pixels.reshape(*shape, 2), by_joint, by_joint[..., :0])

    def moved(self, steps: Steps) -> Self:
        """They stay."""
        return self

    def changes(self) -> Float[np.ndarray, "link view unknown"]:
        """Not used: there are no unknowns."""
        return np.zeros((0, 0, 0))

    def away(self) -> Steps:
        """Nowhere."""
        return np.zeros((0, 0, 0))
