"""Takes of data sets whose files give the exact 2D and 3D camera by camera."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints, Take
from canonpose.datasets.dataset import LabelledTake
from canonpose.readers.reference import Reference
from canonpose.readers.takes import check_same_skeleton
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class KnownView:
    """One camera's view of a take, as the annotations know it."""

    pixels: Float[np.ndarray, "frame joint 2"]
    """NaN where the camera has no image."""
    positions: Float[np.ndarray, "frame joint 3"]
    """In the camera's frame, in mm."""
    skeleton: Skeleton
    """Of both."""
    image_size: tuple[int, int]
    source: str
    """The annotation file."""
    fps: float | None = None
    detected: Keypoints | None = None
    """A detector's keypoints of the same frames; without them, the exact 2D stands in."""

    def reference(self) -> Reference:
        """The 3D, valid where it is known."""
        return Reference(
            positions=self.positions,
            valid=np.isfinite(self.positions).all(-1),
            joints=self.skeleton.joints,
            fps=self.fps,
            source=self.source,
        )

    def exact(self, camera: str) -> Keypoints:
        """The exact 2D, of the joints that the annotations have."""
        known = np.isfinite(self.pixels).all(-1)
        positions = np.where(known[..., None], self.pixels, np.nan).astype(np.float32)
        scores = known.astype(np.float32)
        return Keypoints(
            positions,
            scores,
            self.skeleton,
            self.fps,
            image_size=self.image_size,
            camera=camera,
            source=self.source,
        )

    def detections(self, camera: str) -> Keypoints | None:
        """The detector's keypoints as this camera's, if there are any."""
        if self.detected is None:
            return None
        return replace(
            self.detected, camera=camera, fps=self.fps, image_size=self.image_size, person=""
        )


def known_take(name: str, subject: str, views: Mapping[str, KnownView]) -> LabelledTake:
    """A take, which is a rig of its own, with what is known of it in each camera."""
    exact = {camera: view.exact(camera) for camera, view in views.items()}
    used = {camera: view.detections(camera) or exact[camera] for camera, view in views.items()}
    return LabelledTake(
        take=Take(name=name, views=used, rig=name, subject=subject),
        truth_3d={camera: view.reference() for camera, view in views.items()},
        truth_2d=exact,
    )


def common_skeleton(takes: Iterable[LabelledTake]) -> Skeleton:
    """The skeleton of all views.

    Raises
    ------
    InputError
        If detections of two skeletons are mixed.
    """
    views = [view for one in takes for view in one.take.views.values()]
    first = views[0]
    for view in views[1:]:
        check_same_skeleton((first.source, first.skeleton), (view.source, view.skeleton))
    return first.skeleton
