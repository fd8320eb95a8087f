"""Weak-perspective cameras that turn, and see at their own scale and offset at every moment."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from canonpose.solving.sequence.views import Joints, Sight, Steadiness, Steps


@dataclass(frozen=True, eq=False)
class WeakViews:
    """``pixels = scale (rotation x)_xy + offset``; unknowns are a turn, log scale and offset."""

    rotations: Float[np.ndarray, "view moment 3 3"]
    """From one frame to each view's."""
    scales: Float[np.ndarray, "view moment"]
    """Pixels per unit of length."""
    offsets: Float[np.ndarray, "view moment 2"]
    """Pixels."""
    first: Float[np.ndarray, "view moment 3 3"]
    """Rotations that they began with, which are not far off."""
    turning: Steadiness
    """Of rotations alone, in radians."""

    @property
    def unknowns(self) -> int:
        """Turn, log scale, offset."""
        return 6

    @cached_property
    def steadiness(self) -> Steadiness:
        """Scale and offset are free."""
        free = np.full(3, np.inf)
        turning = self.turning
        return Steadiness(
            *(np.concatenate([s, free]) for s in (turning.start, turning.change, turning.bend))
        )

    def see(self, joints: Joints) -> Sight:
        """Offsets are moved in units of length, so that all steps are of one size."""
        turned = np.einsum("vfab,fjb->vfja", self.rotations, joints)
        scales = self.scales[..., None, None]
        image = scales * turned[..., :2]
        rows = self.scales[..., None, None] * self.rotations[..., :2, :]
        by_joint = np.broadcast_to(rows[:, :, None], (*turned.shape[:3], 2, 3))
        by_view = np.zeros((*turned.shape[:3], 2, 6))
        x, y, z = np.moveaxis(scales * turned, -1, 0)
        by_view[..., 0, 1], by_view[..., 0, 2] = z, -y
        by_view[..., 1, 0], by_view[..., 1, 2] = -z, x
        by_view[..., 3] = image
        by_view[..., 0, 4] = by_view[..., 1, 5] = self.scales[..., None]
        return Sight(image + self.offsets[..., None, :], by_joint, by_view)

    def moved(self, steps: Steps) -> "WeakViews":
        """Turned on the camera's side."""
        step = steps.swapaxes(0, 1)
        return replace(
            self,
            rotations=turned(self.rotations, step[..., :3]),
            scales=self.scales * np.exp(step[..., 3]),
            offsets=self.offsets + self.scales[..., None] * step[..., 4:],
        )

    def changes(self) -> Float[np.ndarray, "link view unknown"]:
        """Of scales and offsets none are told."""
        return _padded(turns_between(self.rotations[:, :-1], self.rotations[:, 1:]))

    def away(self) -> Steps:
        """Of scales and offsets none are told."""
        return _padded(turns_between(self.first, self.rotations))


def turned(
    rotations: Float[np.ndarray, "view moment 3 3"], turns: Float[np.ndarray, "view moment 3"]
) -> Float[np.ndarray, "view moment 3 3"]:
    """``exp(turn) rotation``."""
    steps = Rotation.from_rotvec(turns.reshape(-1, 3)).as_matrix()
    return steps.reshape(rotations.shape) @ rotations


def turns_between(
    before: Float[np.ndarray, "view moment 3 3"], after: Float[np.ndarray, "view moment 3 3"]
) -> Float[np.ndarray, "view moment 3"]:
    """Rotation vectors of ``after before^T``, in radians."""
    relative = (after @ before.swapaxes(-1, -2)).reshape(-1, 3, 3)
    return Rotation.from_matrix(relative).as_rotvec().reshape(after.shape[:-1])


def _padded(turns: Float[np.ndarray, "view moment 3"]) -> Steps:
    return np.concatenate([turns, np.zeros_like(turns)], axis=-1).swapaxes(0, 1)
