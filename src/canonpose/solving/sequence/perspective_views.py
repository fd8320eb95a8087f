"""Perspective cameras that may turn, move and zoom from moment to moment."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from canonpose.solving.sequence.views import Joints, Sight, Steadiness, Steps
from canonpose.solving.sequence.weak_views import turned, turns_between

NEAREST = 0.02
"""Depth, as a share of the largest distance, below which a joint counts as being so near."""


@dataclass(frozen=True, eq=False)
class PerspectiveViews:
    """``x_camera = rotation (x_world - centre)``; unknowns are a turn, a move and the log focal."""

    rotations: Float[np.ndarray, "view moment 3 3"]
    """From the world to each camera's frame."""
    centres: Float[np.ndarray, "view moment 3"]
    """Places of the cameras in the world."""
    focals: Float[np.ndarray, "view moment"]
    """Pixels."""
    middles: Float[np.ndarray, "view 2"]
    """Principal points, in pixels."""
    steadiness: Steadiness
    """In radians, the world's unit of length, and shares of the focal length."""
    first: "PerspectiveViews | None" = None
    """Where they began; None if this is it."""

    @property
    def unknowns(self) -> int:
        """Turn, move, log focal length."""
        return 7

    def see(self, joints: Joints) -> Sight:
        """A joint behind a camera is seen as if it were just before it."""
        away = joints[None] - self.centres[:, :, None]
        place = np.einsum("vfab,vfjb->vfja", self.rotations, away)
        floor = NEAREST * np.abs(place[..., 2]).max()
        depth = np.maximum(place[..., 2], max(floor, np.finfo(float).tiny))
        rays = place[..., :2] / depth[..., None]
        zoom = self.focals[..., None, None]
        by_place = np.zeros((*depth.shape, 2, 3))
        by_place[..., 0, 0] = by_place[..., 1, 1] = self.focals[..., None] / depth
        by_place[..., 2] = -(self.focals[..., None] / depth)[..., None] * rays
        by_joint = np.einsum("vfjka,vfab->vfjkb", by_place, self.rotations, optimize=True)
        by_turn = np.cross(by_place, -place[..., None, :])
        by_view = np.concatenate([by_turn, -by_joint, (zoom * rays)[..., None]], axis=-1)
        return Sight(zoom * rays + self.middles[:, None, None], by_joint, by_view)

    def moved(self, steps: Steps) -> "PerspectiveViews":
        """Turned on the camera's side, moved in the world."""
        step = steps.swapaxes(0, 1)
        return replace(
            self,
            rotations=turned(self.rotations, step[..., :3]),
            centres=self.centres + step[..., 3:6],
            focals=self.focals * np.exp(step[..., 6]),
            first=self.first or self,
        )

    def changes(self) -> Float[np.ndarray, "link view unknown"]:
        """From each moment to the next."""
        turns = turns_between(self.rotations[:, :-1], self.rotations[:, 1:])
        moves = np.diff(self.centres, axis=1)
        zooms = np.diff(np.log(self.focals), axis=1)[..., None]
        return np.concatenate([turns, moves, zooms], axis=-1).swapaxes(0, 1)

    def away(self) -> Steps:
        """From where they began."""
        first = self.first or self
        turns = turns_between(first.rotations, self.rotations)
        zooms = np.log(self.focals / first.focals)[..., None]
        moves = self.centres - first.centres
        return np.concatenate([turns, moves, zooms], axis=-1).swapaxes(0, 1)
