"""What the cameras of one rig saw, all takes in a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int64

from canonpose.datamodel import Take
from canonpose.geometry.cameras import Camera
from canonpose.geometry.triangulation import Triangulation, triangulate
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class RigViews:
    """What the cameras of one rig saw, all takes in a row; detected joints only."""

    cameras: tuple[str, ...]
    positions: Float[np.ndarray, "view frame joint 2"]
    """Pixels; NaN where missing."""
    scores: Float[np.ndarray, "view frame joint"]
    sizes: tuple[tuple[int, int], ...]
    """(width, height) of every camera's image in pixels."""

    @property
    def person(self) -> float:
        """Size of the person in the image, in pixels: the median of the longer side."""
        seen = np.where((self.scores > 0)[..., None], self.positions, np.nan)
        usable = (self.scores > 0).sum(-1) > 1
        spread = np.nanmax(seen[usable], axis=1) - np.nanmin(seen[usable], axis=1)
        return float(np.median(spread.max(-1)))

    def at(self, frames: Int64[np.ndarray, " chosen"]) -> "RigViews":
        """The same at some frames only."""
        return RigViews(self.cameras, self.positions[:, frames], self.scores[:, frames], self.sizes)

    def triangulated(self, cameras: Mapping[int, Camera]) -> Triangulation:
        """What some of the cameras, by view, see together, wrong detections included."""
        places = list(cameras)
        return triangulate(
            list(cameras.values()),
            self.positions[places],
            self.scores[places],
            max_error=np.inf,
            min_views=2,
        )


def rig_views(takes: Sequence[Take], cameras: Sequence[str], joints: Skeleton) -> RigViews:
    """Put the takes of one rig in a row; a camera that a take lacks saw nothing there.

    Parameters
    ----------
    takes : sequence of Take
        Of one rig.
    cameras : sequence of str
        In the order of the view axis; those that no take has are left out.
    joints : Skeleton
        The joints to look at.
    """
    used = tuple(camera for camera in cameras if any(camera in take.views for take in takes))
    positions, scores = [], []
    for take in takes:
        shape = (len(used), len(take), len(joints))
        seen, confidence = np.full((*shape, 2), np.nan), np.zeros(shape)
        for view, camera in enumerate(used):
            if camera in take.views:
                keypoints = take.views[camera]
                chosen = keypoints.skeleton.indices(joints.joints)
                seen[view] = keypoints.positions[:, chosen]
                confidence[view] = keypoints.scores[:, chosen]
        positions.append(seen)
        scores.append(confidence)
    all_positions = np.concatenate(positions, axis=1)
    sizes = tuple(
        _image_size(takes, camera, all_positions[view]) for view, camera in enumerate(used)
    )
    return RigViews(used, all_positions, np.concatenate(scores, axis=1), sizes)


def _image_size(
    takes: Sequence[Take], camera: str, positions: Float[np.ndarray, "frame joint 2"]
) -> tuple[int, int]:
    """As the files tell, else the image in whose middle the detections lie."""
    for take in takes:
        if camera in take.views and (size := take.views[camera].image_size) is not None:
            return size
    seen = positions[np.isfinite(positions).all(-1)]
    if not len(seen):
        return (1, 1)
    width, height = (seen.min(0) + seen.max(0)).round().astype(int).tolist()
    return (max(width, 1), max(height, 1))
