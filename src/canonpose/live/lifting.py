"""One person in one picture to 3D, with everything prepared that can be."""

from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.geometry.normalisation import normalise
from canonpose.geometry.projection import rotate
from canonpose.inference.body_scale import body_size
from canonpose.inference.over_time import CausalMemory
from canonpose.lifter.mirror_image import lift_with_mirror_image
from canonpose.lifter.subject_height import size_of_subject
from canonpose.lifter.temporal.trained import TrainedTemporal
from canonpose.lifter.trained import TrainedLifter
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete, convert


class LiftedPerson(NamedTuple):
    """What one picture shows of the followed person, of the lifter's joints."""

    keypoints: Float[np.ndarray, "joint 2"]
    """Pixels, NaN where missing."""
    scores: Float[np.ndarray, "joint"]
    """Confidences 0..1, 0 where missing."""
    positions: Float[np.ndarray, "joint 3"]
    """Camera frame (x right, y down, z away), root at the origin; NaN where the root is not
    seen."""


class PersonLifter:
    """Lifts a detector's people one by one, as `canonpose.lift` lifts recordings.

    Parameters
    ----------
    lifter : TrainedLifter
    detected : Skeleton
        The detector's.
    subject_height : float, optional
        Standing height in metres; makes the result metric.
    temporal : TrainedTemporal, optional
        Joins the pictures over time.

    Raises
    ------
    InputError
        If the detector has no root joint for the lifter, or the lifter's skeleton has no limbs by
        which to tell its height.
    """

    def __init__(
        self,
        lifter: TrainedLifter,
        detected: Skeleton,
        subject_height: float | None = None,
        temporal: TrainedTemporal | None = None,
    ):
        self.lifter = lifter
        self.skeleton = lifter.skeleton
        self._memory = None if temporal is None else CausalMemory(temporal)
        if temporal is not None:
            temporal.check_fits(lifter)
        lifter.network.cpu().eval()
        joints = len(self.skeleton)
        _, units = body_size(torch.zeros(1, joints, 3), self.skeleton)
        self._height, self.units = size_of_subject(subject_height, units, self.skeleton)
        self._shares = joint_shares(detected, self.skeleton)
        if not self._shares[self.skeleton.root_index].any():
            raise InputError(
                f"the detector's skeleton {detected.name!r} has no joint {self.skeleton.root!r}, "
                f"which the lifter centres poses on; it was trained on the joints "
                f"{', '.join(self.skeleton.joints)}."
            )

    @torch.inference_mode()
    def lift(self, person: Float[np.ndarray, "detected 3"], time: float) -> LiftedPerson:
        """One person's (x, y, score) of the detector's joints, at a time in seconds, to 3D."""
        keypoints, scores = in_skeleton(person, self._shares)
        root = self.skeleton.root_index
        normalised = normalise(torch.from_numpy(keypoints), torch.from_numpy(scores), root)
        if not normalised.scores[root]:
            return LiftedPerson(keypoints, scores, np.full((len(scores), 3), np.nan, np.float32))
        pose, rotation = lift_with_mirror_image(
            self.lifter, normalised.positions, normalised.scores
        )
        pose = pose - pose[root]
        size, _ = body_size(pose, self.skeleton)
        in_camera = rotate(rotation, pose / size)
        if self._memory is not None:
            in_camera = self._memory.joined(
                normalised.positions, normalised.scores, in_camera, time
            )
        return LiftedPerson(keypoints, scores, (in_camera * self._height).numpy())

    def forget(self) -> None:
        """Take the next person for another one."""
        if self._memory is not None:
            self._memory.forget()


def joint_shares(detected: Skeleton, wanted: Skeleton) -> Float[np.ndarray, "joint detected"]:
    """How much of each detected joint is in each wanted one; a row of zeros where it is missing.

    What `complete` and `convert` do to positions is linear, so it is done once, to unit vectors.
    """
    count = len(detected.detected)
    unit = complete(np.eye(count), np.ones(count), detected)
    shares, _ = convert(*unit, detected, wanted)
    return np.nan_to_num(shares)


def in_skeleton(
    person: Float[np.ndarray, "detected 3"], shares: Float[np.ndarray, "joint detected"]
) -> tuple[Float[np.ndarray, "joint 2"], Float[np.ndarray, " joint"]]:
    """One person's joints as `complete` and `convert` give them: positions, and scores 0..1.

    A joint is there if all that it is made of is; its score is their lowest.
    """
    there = (person[:, 2] > 0) & np.isfinite(person).all(-1)
    clean = np.where(there[:, None], person, 0.0)
    scores = np.where(shares > 0, clean[:, 2], np.inf).min(-1)
    scores = np.where(np.isfinite(scores), scores, 0.0)
    positions = np.where((scores > 0)[:, None], shares @ clean[:, :2], np.nan)
    return positions.astype(np.float32), scores.astype(np.float32)
