"""Every view of a take lifted by itself, as arrays of all views."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from canonpose.datamodel import Keypoints, Poses
from canonpose.errors import InputError, InputWarning
from canonpose.inference.lift import lift
from canonpose.lifter.joints import NothingToLift
from canonpose.lifter.trained import TrainedLifter
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class LiftedTake:
    """What the views of one take saw, in the lifter's joints, and what it makes of each alone."""

    by_camera: Mapping[str, Poses]
    """In the order of the view axis."""
    skeleton: Skeleton

    @property
    def cameras(self) -> tuple[str, ...]:
        """In the order of the view axis."""
        return tuple(self.by_camera)

    def __len__(self) -> int:
        return len(next(iter(self.by_camera.values())))

    @property
    def pixels(self) -> Float[np.ndarray, "view frame joint 2"]:
        """Where joints were seen; NaN where missing."""
        return self._stacked("keypoints")

    @property
    def scores(self) -> Float[np.ndarray, "view frame joint"]:
        """Confidences, 0 where missing."""
        scores = self._stacked("scores")
        return np.where(np.isfinite(self.pixels).all(-1), scores, 0.0)

    @property
    def poses(self) -> Float[np.ndarray, "view frame joint 3"]:
        """In each camera's frame, about the root, of body size 1; NaN where it cannot be lifted."""
        return self._stacked("positions")

    @property
    def rotations(self) -> Float[np.ndarray, "view frame 3 3"]:
        """From the lifter's canonical frame to each camera's; NaN where it cannot be lifted."""
        return self._stacked("rotation")

    @property
    def usable(self) -> Bool[np.ndarray, "view frame"]:
        """Where a view can be lifted."""
        return np.isfinite(self.poses).all((2, 3)) & np.isfinite(self.rotations).all((2, 3))

    @property
    def weights(self) -> Float[np.ndarray, "view frame"]:
        """Mean confidence of a view's joints, 0 where it cannot be lifted."""
        return np.where(self.usable, self.scores.mean(-1), 0.0)

    def _stacked(self, name: str) -> Float[np.ndarray, "view frame ..."]:
        return np.stack([getattr(poses, name) for poses in self.by_camera.values()]).astype(float)


def lifted_take(
    views: Mapping[str, Keypoints], lifter: TrainedLifter, device: str = "auto"
) -> LiftedTake:
    """Lift every view by itself; a camera in which nobody is seen is left out, with a warning.

    Raises
    ------
    InputError
        If there is no view, their lengths differ, or none can be lifted.
    """
    if not views:
        raise InputError("there are no views to lift; give one or more.")
    lengths = {camera: len(view) for camera, view in views.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{camera} has {frames}" for camera, frames in lengths.items())
        raise InputError(
            f"the views' numbers of frames differ ({told}), so they are not of the same moments; "
            f"read them as one take, or cut them to what they share."
        )
    root = lifter.skeleton.root
    poses = {}
    for camera, view in views.items():
        try:
            poses[camera] = lift(view, lifter, device=device)
        except NothingToLift:
            whom = f"nobody's {root}" if view.seen.any() else "nobody"
            warnings.warn(
                f"camera {camera!r} sees {whom}, and is left out.", InputWarning, stacklevel=3
            )
    if not poses:
        raise InputError(f"{', '.join(views)}: the root joint {root!r} is seen in no view.")
    return LiftedTake(poses, lifter.skeleton)
