"""One take in 3D whose cameras move, or stand too alike to be told apart by perspective.

Poses are about their roots. The frame is that in which the cameras turn least: images do not tell
whether the world or all cameras turn together, and slow common turns go unnoticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int64

from canonpose.geometry.depth_mirror import mirrored_rotations
from canonpose.geometry.rotation_means import nearest_rotation
from canonpose.solving.moving.start import perspective_views
from canonpose.solving.observations import observations_of
from canonpose.solving.rig_views import RigViews
from canonpose.solving.sequence.adjust import Adjusted, adjusted
from canonpose.solving.sequence.expectation import Body, Handling
from canonpose.solving.sequence.perspective_views import PerspectiveViews
from canonpose.solving.sequence.pieces import filled, pieces
from canonpose.solving.sequence.steadied import SAMPLES
from canonpose.solving.sequence.weak_views import WeakViews
from canonpose.solving.weak import WeakPoses

Turning = Float[np.ndarray, "view moment 3 3"]
COMPARED = 200
"""Moments on which the world and its mirror image are compared."""


@dataclass(frozen=True, eq=False)
class MovingTake:
    """Poses and cameras moment by moment, in body heights."""

    joints: Float[np.ndarray, "moment joint 3"]
    """About the middle of each moment's joints."""
    rotations: Turning
    focals: Float[np.ndarray, "view moment"]
    """Pixels; hardly told where perspective is slight."""
    sigma: Float[np.ndarray, "moment joint"]
    """Root mean square distance that a joint may be off, one turn of the whole take aside."""
    error: Float[np.ndarray, "view moment joint"]
    """Pixels by which detections are off; NaN where there is none."""

    def turned(self, turn: Float[np.ndarray, "3 3"]) -> "MovingTake":
        """In a frame where x is at ``turn @ x``."""
        return replace(self, joints=self.joints @ turn.T, rotations=self.rotations @ turn.T)


@dataclass(frozen=True, eq=False)
class TakeProblem:
    """What one take is solved from."""

    views: RigViews
    weak: WeakPoses
    """All of body height 1."""
    rotations: Turning
    """To start from."""
    rate: float
    """Moments a second."""
    handling: Handling
    ends: Int64[np.ndarray, "bone 2"]
    tolerance: Float[np.ndarray, " view"]
    """Pixels of every camera that a confident detection may be off."""

    def mirrored(self) -> "TakeProblem":
        """Of the depth-mirrored world."""
        rotations = mirrored_rotations(self.rotations)
        return replace(self, weak=self.weak.mirrored(), rotations=rotations)

    def cost(self) -> float:
        """What the best perspective solution of the first moments costs, a detection."""
        some = slice(0, COMPARED)
        found = self._perspective(some, samples=0)
        return found.cost / max(int((self.views.scores[:, some] > 0).sum()), 1)

    def solved(self) -> MovingTake:
        """All pieces, each turned to go on where the one before ends."""
        parts: list[MovingTake] = []
        before = None
        for piece in pieces(self.rotations.shape[1]):
            found = self._perspective(piece.moments, samples=SAMPLES)
            turn = np.eye(3)
            if before is not None:
                begin, end = piece.moments.start, before[0].stop
                turn = frame_turn(
                    found.views.rotations[:, : end - begin],
                    before[1][:, begin - before[0].start :],
                )
            rotations = found.views.rotations @ turn.T
            before = piece.moments, rotations
            parts.append(self._part(found, piece.moments, piece.kept, turn))
        return joined(parts)

    def _part(
        self,
        found: Adjusted[PerspectiveViews],
        moments: slice,
        kept: slice,
        turn: Float[np.ndarray, "3 3"],
    ) -> MovingTake:
        pixels = found.views.see(found.joints).pixels
        error = np.linalg.norm(pixels - self.views.positions[:, moments], axis=-1)
        error = np.where(self.views.scores[:, moments] > 0, error, np.nan)
        middles = found.joints.mean(1, keepdims=True)
        joints = (found.joints - middles) @ turn.T
        off = _less_one_turn(found.spread - found.spread.mean(2, keepdims=True), joints @ turn)
        return MovingTake(
            joints[kept],
            (found.views.rotations @ turn.T)[:, kept],
            found.views.focals[:, kept],
            np.sqrt((off**2).sum(-1).mean(0))[kept],
            error[:, kept],
        )

    def _perspective(self, moments: slice, samples: int) -> Adjusted[PerspectiveViews]:
        """Turns with weak perspective first; then all of the cameras."""
        some = np.arange(self.rotations.shape[1])[moments]
        detections = observations_of(self.views.at(some), self.tolerance)
        expected = Body().at(self.rate)
        first = self._weak_views(some)
        joints = filled(self.weak.points[some])
        turned = adjusted(joints, first, detections, self.ends, expected)
        middles = turned.joints.mean(1)
        offsets = turned.views.see(middles[:, None]).pixels[:, :, 0]
        weak = replace(turned.views, offsets=offsets)
        views, joints = perspective_views(
            weak,
            turned.joints - middles[:, None],
            np.array(self.views.sizes, dtype=np.float64),
            self.handling.of_views(self.rate, len(some)),
        )
        return adjusted(joints, views, detections, self.ends, expected, samples=samples)

    def _weak_views(self, some: Int64[np.ndarray, " chosen"]) -> WeakViews:
        """Where a view sees too little it is as it was just before and after."""
        numbers = np.concatenate(
            [np.log(self.weak.scales[:, some])[..., None], self.weak.offsets[:, some]], axis=-1
        )
        whole = filled(numbers.swapaxes(0, 1)).swapaxes(0, 1)
        rotations = self.rotations[:, some]
        return WeakViews(
            rotations,
            np.exp(whole[..., 0]),
            whole[..., 1:],
            rotations,
            self.handling.of_turns(self.rate),
        )


def joined(parts: Sequence[MovingTake]) -> MovingTake:
    """In a row."""
    return MovingTake(
        np.concatenate([part.joints for part in parts]),
        np.concatenate([part.rotations for part in parts], axis=1),
        np.concatenate([part.focals for part in parts], axis=1),
        np.concatenate([part.sigma for part in parts]),
        np.concatenate([part.error for part in parts], axis=1),
    )


def frame_turn(rotations: Turning, others: Turning) -> Float[np.ndarray, "3 3"]:
    """The turn from the frame of some cameras' rotations into that of the same cameras' others."""
    return nearest_rotation((rotations.swapaxes(-1, -2) @ others).sum((0, 1))).T


def _less_one_turn(
    off: Float[np.ndarray, "sample moment joint 3"], joints: Float[np.ndarray, "moment joint 3"]
) -> Float[np.ndarray, "sample moment joint 3"]:
    """Less the one small turn that explains most: ``off = turn x joint``, in least squares."""
    x, y, z = np.moveaxis(joints, -1, 0)
    zero = np.zeros_like(x)
    rows = np.stack(
        [np.stack([zero, z, -y], -1), np.stack([-z, zero, x], -1), np.stack([y, -x, zero], -1)], -2
    ).reshape(-1, 3)
    flat = off.reshape(len(off), -1).T
    turns = np.linalg.lstsq(rows, flat, rcond=None)[0]
    return (flat - rows @ turns).T.reshape(off.shape)
