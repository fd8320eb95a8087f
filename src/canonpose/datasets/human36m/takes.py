"""One recording as a take, with what is known of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from canonpose.datamodel import Keypoints, Take
from canonpose.datasets.dataset import LabelledTake
from canonpose.datasets.human36m.lazy import Lazy
from canonpose.datasets.human36m.pixels import Pixels
from canonpose.datasets.human36m.protocol import CAMERAS, FRAMES_PER_SECOND, Recording
from canonpose.datasets.plausible import FARTHEST
from canonpose.datasets.truth import MILLIMETRES, exact_keypoints, in_camera_frame
from canonpose.errors import InputError
from canonpose.geometry.cameras import Camera
from canonpose.readers.checks import cleaned, stacked
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton

MOST_LEFT_OVER = 100
"""Frames. Videos go on a little after the motion capture has stopped, but not for seconds."""
_CHECKED = 16
"""Moments of each recording at which 2D and 3D are compared, at least."""

Exact = Callable[[], Pixels | None]
"""Exact 2D other than the projected 3D, read when asked for: it is large and seldom needed."""


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of one recording."""

    one: Recording
    skeleton: Skeleton
    """Of its 2D: the protocol's, or less."""
    pixels: Pixels | None = None
    """Detections, or the exact 2D that stands in for them; the projected 3D does without."""
    reference: Reference | None = None
    """In the world's frame, for all frames."""
    rig: Mapping[str, Camera] = field(default_factory=dict)
    """All cameras, where there is 3D."""
    exact: Exact | None = None
    """Where the pixels are a detector's."""


def labelled_take(known: Known, every: int = 1) -> LabelledTake:
    """A recording with its truth, which is worked out when it is asked for.

    Parameters
    ----------
    known : Known
        It must have 2D or 3D.
    every : int
        Only every so many frames are kept, from the first; more than 1 copies them, so that the
        whole recording can be let go.

    Raises
    ------
    InputError
        If its parts differ in length by seconds, or do not lie on each other.
    """
    one, pixels = known.one, known.pixels
    seen = dict(pixels.views[one]) if pixels else {}
    some = _Frames(known.skeleton, one, slice(0, _common_length(known, seen), every))
    reference = None if known.reference is None else some.of_reference(known.reference)
    truth = None if reference is None else _Truth(some, reference, known.rig, known.exact)
    if pixels:
        views = {camera: some.view(camera, values, pixels) for camera, values in seen.items()}
    else:
        views = {camera: truth.projected(camera) for camera in CAMERAS} if truth else {}
    take = Take(name=one.name, views=views, rig=one.subject, subject=one.subject)
    if truth is None:
        return LabelledTake(take, truth_2d={} if known.exact else views)
    if pixels:
        truth.check_lies_under(views)
    truth_3d: Mapping[str, Reference] = Lazy(views, truth.in_camera)
    truth_2d: Mapping[str, Keypoints] = Lazy(views, truth.exact_view) if known.exact else views
    if every > 1:
        truth_2d, truth_3d = dict(truth_2d), dict(truth_3d)
    return LabelledTake(take, truth_3d, truth_2d)


def _common_length(known: Known, seen: Mapping[str, np.ndarray]) -> int:
    lengths = {f"camera {camera}": len(values) for camera, values in seen.items()}
    if known.reference is not None:
        lengths["the 3D"] = len(known.reference)
    longest, shortest = max(lengths, key=lengths.__getitem__), min(lengths, key=lengths.__getitem__)
    if lengths[longest] - lengths[shortest] > MOST_LEFT_OVER:
        raise InputError(
            f"{known.one.name}: {longest} has {lengths[longest]} frames and {shortest} has "
            f"{lengths[shortest]}, so they are not of one recording; use files of one source."
        )
    return lengths[shortest]


@dataclass(frozen=True, eq=False)
class _Frames:
    """Some frames of a recording, in a skeleton."""

    skeleton: Skeleton
    one: Recording
    frames: slice

    @property
    def fps(self) -> float:
        return FRAMES_PER_SECOND / int(self.frames.step)

    def of_reference(self, reference: Reference) -> Reference:
        positions, valid = reference.positions[self.frames], reference.valid[self.frames]
        if self.frames.step > 1:
            positions = positions.copy()
        return replace(reference, positions=positions, valid=valid.copy(), fps=self.fps)

    def view(self, camera: str, values: np.ndarray, pixels: Pixels) -> Keypoints:
        """A camera's pixels as keypoints with score 1."""
        where = f"{pixels.source}: {self.one.name}, camera {camera}"
        if len(values) < self.frames.stop:
            raise InputError(
                f"{where}: has {len(values)} frames where {self.frames.stop} are needed; use "
                f"files of one source."
            )
        values = values[self.frames, pixels.skeleton.indices(self.skeleton.joints)]
        people = cleaned(stacked(values, None, where), where)[:, 0]
        positions, scores = people[..., :2].copy(), people[..., 2].copy()
        return self.keypoints(camera, positions, scores, pixels.source)

    def keypoints(
        self, camera: str, positions: np.ndarray, scores: np.ndarray, source: str
    ) -> Keypoints:
        return Keypoints(
            positions=positions,
            scores=scores,
            skeleton=self.skeleton,
            fps=self.fps,
            image_size=CAMERAS[camera],
            camera=camera,
            source=source,
        )


@dataclass(frozen=True, eq=False)
class _Truth:
    """The 3D of some frames, and what the cameras see of it."""

    some: _Frames
    reference: Reference
    rig: Mapping[str, Camera]
    exact: Exact | None

    def in_camera(self, camera: str) -> Reference:
        """The 3D in a camera's frame."""
        return in_camera_frame(self.reference, self.rig[camera])

    def exact_view(self, camera: str) -> Keypoints:
        """The exact 2D of a file where there is one, else the projected 3D."""
        pixels = self.exact() if self.exact else None
        if pixels is None or camera not in pixels.views.get(self.some.one, {}):
            return self.projected(camera)
        return self.some.view(camera, pixels.views[self.some.one][camera], pixels)

    def projected(self, camera: str) -> Keypoints:
        """The 3D as the camera sees it."""
        empty = np.empty((0, len(self.some.skeleton), 2), dtype=np.float32)
        like = self.some.keypoints(camera, empty, empty[..., 0], self.reference.source)
        seen = exact_keypoints(self.reference, self.rig[camera], like)
        if not seen.seen.any():
            raise InputError(
                f"{self.reference.source}: {self.some.one.name} is nowhere in the image of camera "
                f"{camera}; check that the 3D and the cameras are those of Human3.6M, in their "
                f"units."
            )
        return seen

    def check_lies_under(self, views: Mapping[str, Keypoints]) -> None:
        """Refuse 3D, cameras and 2D that do not belong together."""
        step = max(1, len(self.reference) // _CHECKED)
        joints = [self.reference.joints.index(joint) for joint in self.some.skeleton.joints]
        metres = self.reference.positions[::step, joints].astype(np.float64) * MILLIMETRES
        for camera, view in views.items():
            offsets = self.rig[camera].project(metres) - view.positions[::step]
            away = np.linalg.norm(offsets, axis=-1)
            median = (
                float(np.median(away[np.isfinite(away)])) if np.isfinite(away).any() else np.inf
            )
            if median > FARTHEST * CAMERAS[camera][0]:
                raise InputError(
                    f"{view.source}: {self.some.one.name}, camera {camera}: the 3D of "
                    f"{self.reference.source} is not where the 2D is (median distance "
                    f"{median:.0f} px); check that both and the cameras are of Human3.6M, in "
                    f"their units."
                )
