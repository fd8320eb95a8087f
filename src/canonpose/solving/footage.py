"""What the cameras of one rig saw, what a lifter says of it, and first solutions from both."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64

from canonpose.datamodel import ASSUMED_FPS, Capture, Take
from canonpose.errors import InputError
from canonpose.inference.body_scale import body_size
from canonpose.lifter import TrainedLifter
from canonpose.skeleton import Skeleton
from canonpose.solving.all_frames import JointsIn3D, joints_of_perspective
from canonpose.solving.lifted_views import LiftedViews, lifted_views
from canonpose.solving.pinholes import Pinholes
from canonpose.solving.rig_views import RigViews, rig_views
from canonpose.solving.sequence.bones import bone_ends
from canonpose.solving.sequence.steadied import steadied
from canonpose.solving.sequence.stretches import Stretch, cost_of_body
from canonpose.solving.weak import WeakPoses, weak_triangulation

Rotations = Float[np.ndarray, "view 3 3"]


@dataclass(frozen=True, eq=False)
class RigFootage:
    """What the cameras of one rig saw, and what the lifter says of it; all takes in a row."""

    name: str
    takes: tuple[Take, ...]
    skeleton: Skeleton
    views: RigViews
    """Detected joints only."""
    lifted: LiftedViews

    @classmethod
    def of(
        cls,
        name: str,
        takes: Sequence[Take],
        capture: Capture,
        lifter: TrainedLifter,
        device: str = "auto",
    ) -> "RigFootage":
        """Gather the takes of a rig and lift their views."""
        views = rig_views(takes, capture.cameras, capture.skeleton.detected_only())
        lifted = lifted_views(takes, views.cameras, lifter, device)
        return cls(name, tuple(takes), capture.skeleton, views, lifted)

    @property
    def joints(self) -> Skeleton:
        """The skeleton of the detected joints."""
        return self.skeleton.detected_only()

    @property
    def bones(self) -> Int64[np.ndarray, "bone 2"]:
        """Pairs of detected joints that keep their distance."""
        return bone_ends(self.skeleton)

    @property
    def spans(self) -> tuple[tuple[slice, float], ...]:
        """The moments of every take, and how many of them are a second."""
        ends = np.cumsum([len(take) for take in self.takes]).tolist()
        rates = [next(iter(take.views.values())).fps or ASSUMED_FPS for take in self.takes]
        begins = [0, *ends[:-1]]
        return tuple(
            (slice(begin, end), float(rate))
            for begin, end, rate in zip(begins, ends, rates, strict=True)
        )

    def telling_frames(self, most: int) -> Int64[np.ndarray, " chosen"]:
        """Moments spread over the footage that two cameras or more can lift."""
        frames = np.flatnonzero((self.lifted.weights > 0).sum(0) >= 2)
        if not len(frames):
            raise InputError(
                f"rig {self.name!r}: no moment is seen by two cameras; check that the takes are "
                f"synchronised and show the same person."
            )
        return frames[:: -(-len(frames) // most)]

    def weak(
        self,
        rotations: Rotations | Float[np.ndarray, "view chosen 3 3"],
        frames: Int64[np.ndarray, " chosen"],
        tolerance: Float[np.ndarray, " view"],
    ) -> WeakPoses:
        """Weak-perspective poses of some moments, all of one body size.

        Rotations are those of still cameras, or of these moments.
        """
        few = self.views.at(frames)
        poses = weak_triangulation(
            few.positions.astype(np.float64),
            few.scores.astype(np.float64),
            rotations,
            self.lifted.scales[:, frames],
            tolerance=tolerance,
        )
        sizes = body_size(torch.from_numpy(poses.points), self.joints)[0].numpy()
        known = np.isfinite(sizes) & (sizes > 0)
        if not known.any():
            raise InputError(
                f"rig {self.name!r}: no moment shows all limbs, so that the person's size is not "
                f"known; film more of the whole body."
            )
        return poses.in_units_of(np.where(known, sizes, np.median(sizes[known])))

    def costs_of_bodies(
        self,
        cameras: Pinholes,
        stretches: Sequence[Stretch],
        tolerance: Float[np.ndarray, " view"],
    ) -> Float[np.ndarray, " stretch"]:
        """What bones and smooth motion cost by still cameras; NaN where there are no joints."""
        each = [np.arange(stretch.moments.start, stretch.moments.stop) for stretch in stretches]
        in_3d = joints_of_perspective(cameras, self.views.at(np.concatenate(each)), tolerance)
        size = self._size(in_3d)
        if not np.isfinite(size):
            return np.full(len(stretches), np.nan)
        joints = np.split(in_3d.positions, np.cumsum([len(moments) for moments in each])[:-1])
        return np.array(
            [
                cost_of_body(
                    some,
                    cameras,
                    self.views.at(moments),
                    stretch.rate,
                    self.bones,
                    size,
                    tolerance,
                )
                for some, moments, stretch in zip(joints, each, stretches, strict=True)
            ]
        )

    def _size(self, in_3d: JointsIn3D) -> float:
        """The median body height; NaN where no moment shows all limbs."""
        sizes = body_size(torch.from_numpy(in_3d.positions), self.joints)[0]
        size = float(sizes.nanmedian())
        return size if size > 0 else np.nan

    def steadied(
        self, in_3d: JointsIn3D, cameras: Pinholes, tolerance: Float[np.ndarray, " view"]
    ) -> JointsIn3D:
        """Joints of still cameras, with bones of constant length and smooth motion."""
        size = self._size(in_3d)
        if not np.isfinite(size):
            return in_3d
        return steadied(in_3d, cameras, self.views, self.spans, self.bones, size, tolerance)
