"""Cameras that are known: joints alone are to be found."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from canonpose.solving.pinholes import Pinholes, by_world, see
from canonpose.solving.sequence.views import Joints, Sight, Steadiness, Steps


@dataclass(frozen=True, eq=False)
class KnownViews:
    """Views without unknowns."""

    sight: Callable[[Joints], Sight]
    """What they see of joints; derivatives by views are not looked at."""

    @classmethod
    def of(cls, cameras: Pinholes) -> "KnownViews":
        """Cameras that stand still."""
        return cls(lambda joints: _seen(cameras, joints))

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
        sight = self.sight(joints)
        return replace(sight, by_view=sight.by_view[..., :0])

    def moved(self, steps: Steps) -> "KnownViews":
        """They stay."""
        return self

    def changes(self) -> Float[np.ndarray, "link view unknown"]:
        """Of no unknown."""
        return np.zeros((0, 0, 0))

    def away(self) -> Steps:
        """Nowhere."""
        return np.zeros((0, 0, 0))


def _seen(cameras: Pinholes, joints: Joints) -> Sight:
    shape = (len(cameras), *joints.shape[:2])
    seen = see(cameras, joints.reshape(-1, 3))
    by_joint = by_world(cameras, seen).reshape(*shape, 2, 3)
    return Sight(seen.pixels.reshape(*shape, 2), by_joint, by_joint[..., :0])
