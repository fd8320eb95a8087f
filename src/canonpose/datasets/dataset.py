"""A data set: takes with what is exactly known of them, parted by the paper's protocol."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from canonpose.datamodel import Capture, Keypoints, Take
from canonpose.errors import InputError
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton


@dataclass(frozen=True, eq=False)
class LabelledTake:
    """A take of detections, and the truth about it; self-supervised training sees ``take`` alone.

    The truth is frame by frame as long as the take. A camera without an entry has no such truth.
    """

    take: Take
    truth_3d: Mapping[str, Reference] = field(default_factory=dict)
    """Camera to the 3D joints in that camera's frame (x right, y down, z away), in mm."""
    truth_2d: Mapping[str, Keypoints] = field(default_factory=dict)
    """Camera to the exact 2D joints, of the skeleton that the data set annotates, which need not be
    the detector's; score 1, and 0 where unknown."""

    def with_true_2d(self) -> "LabelledTake":
        """The same as if the detector never erred: the exact 2D in place of the detections.

        Raises
        ------
        InputError
            If some camera's exact 2D is not known.
        """
        if missing := [camera for camera in self.take.views if camera not in self.truth_2d]:
            raise InputError(
                f"take {self.take.name!r}: the exact 2D of camera {missing[0]!r} is not known, so "
                f"nothing can be trained on it; leave that row out."
            )
        views = {camera: self.truth_2d[camera] for camera in self.take.views}
        return replace(self, take=replace(self.take, views=views))

    def without_confidences(self) -> "LabelledTake":
        """The same with score 1 wherever something was detected."""
        views = {camera: _certain(view) for camera, view in self.take.views.items()}
        return replace(self, take=replace(self.take, views=views))


@dataclass(frozen=True, eq=False)
class Dataset:
    """What a study trains on and what it is scored on, of one skeleton."""

    name: str
    training: tuple[LabelledTake, ...]
    test: tuple[LabelledTake, ...]
    """Only the frames that the protocol scores."""
    cameras: tuple[str, ...]
    """Of the training takes, in an order whose first k are a sound choice of k cameras."""
    skeleton: Skeleton
    """Of all 2D."""
    static_cameras: bool
    """Whether the training cameras stood still, so that camera-consistency may be used."""
    scored_joints: tuple[str, ...]
    """By name, of the 3D truth."""
    morphing: tuple[LabelledTake, ...] = ()
    """Of held-back subjects: what skeleton morphing is learned from (section 4.2)."""
    notes: tuple[str, ...] = ()
    """What the reader decided and a user should know."""

    def capture(self, cameras: Sequence[str] | None = None) -> Capture:
        """The training takes as a capture of some cameras; takes with fewer than two are left out.

        Raises
        ------
        InputError
            If a camera is unknown, or no take has two of them.
        """
        used = self.cameras if cameras is None else tuple(cameras)
        if unknown := [camera for camera in used if camera not in self.cameras]:
            raise InputError(
                f"{self.name}: there is no training camera {unknown[0]!r}; there are "
                f"{', '.join(self.cameras)}."
            )
        takes = []
        for labelled in self.training:
            views = {c: labelled.take.views[c] for c in used if c in labelled.take.views}
            if len(views) >= 2:
                takes.append(replace(labelled.take, views=views))
        if not takes:
            raise InputError(f"{self.name}: no training take has two of {', '.join(used)}.")
        return Capture(
            takes=tuple(takes),
            cameras=used,
            skeleton=self.skeleton,
            static_cameras=self.static_cameras,
            sources=(self.name,),
            notes=self.notes,
        )

    def with_true_2d(self) -> "Dataset":
        """The data set as if a detector of its own joints never erred."""
        exact = self._each(LabelledTake.with_true_2d)
        view = next(view for one in exact.training for view in one.take.views.values())
        return replace(exact, skeleton=view.skeleton)

    def without_confidences(self) -> "Dataset":
        """The data set as if the detector gave no confidences."""
        return self._each(LabelledTake.without_confidences)

    def _each(self, change: Callable[[LabelledTake], LabelledTake]) -> "Dataset":
        return replace(
            self,
            training=tuple(map(change, self.training)),
            test=tuple(map(change, self.test)),
        )


def _certain(view: Keypoints) -> Keypoints:
    return replace(view, scores=np.where(view.seen, 1.0, 0.0).astype(view.scores.dtype))
