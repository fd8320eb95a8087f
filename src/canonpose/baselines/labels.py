"""Views with 3D labels, as tensors for supervised training."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.datamodel import Keypoints
from canonpose.datasets import LabelledTake
from canonpose.errors import InputError
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.geometry.normalisation import normalise
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton, convert
from canonpose.tensor_rows import TensorRows


class LabelledView(NamedTuple):
    """What one camera saw in one take, and where the joints were."""

    keypoints: Keypoints
    reference: Reference
    """In that camera's frame, in mm, frame by frame as long as the keypoints."""


@dataclass(frozen=True, eq=False)
class LabelledPoses(TensorRows):
    """Single views, normalised, with their 3D labels."""

    positions: Float[Tensor, "sample joint 2"]
    """Root-centred, unit Frobenius norm; 0 where missing."""
    scores: Float[Tensor, "sample joint"]
    """Confidences; 0 where missing."""
    labels: Float[Tensor, "sample joint 3"]
    """Camera frame, relative to the root, in metres; 0 where not valid."""
    valid: Bool[Tensor, "sample joint"]
    """Where there is a label."""


def labelled_views(
    takes: Sequence[LabelledTake], cameras: Sequence[str] | None = None
) -> list[LabelledView]:
    """Every camera of every take that has 3D truth in its frame.

    Parameters
    ----------
    takes : sequence of LabelledTake
    cameras : sequence of str, optional
        These only.

    Raises
    ------
    InputError
        If there is none.
    """
    views = [
        LabelledView(keypoints, labelled.truth_3d[camera])
        for labelled in takes
        for camera, keypoints in labelled.take.views.items()
        if camera in labelled.truth_3d and (cameras is None or camera in cameras)
    ]
    if not views:
        raise InputError(
            "no take has 3D truth in the frame of a camera that is used, and supervised training "
            "needs it; leave the supervised baseline out."
        )
    return views


def labelled_poses(views: Sequence[LabelledView]) -> LabelledPoses:
    """All views in a row, without the frames in which the root is not seen or has no label.

    A joint of the keypoints' skeleton that the reference lacks is derived as the skeleton says, or
    has no label.

    Raises
    ------
    InputError
        If views differ in their joints, a reference in its length, or no frame is left.
    """
    if not views:
        raise InputError("there is no labelled view to train on; give one or more.")
    skeleton = views[0].keypoints.skeleton
    poses = LabelledPoses.concatenated([_poses_of(view, skeleton) for view in views])
    if len(poses) < 2:
        raise InputError(
            f"{_where(views[0].keypoints)}: {len(poses)} of all labelled frames have the root "
            f"joint {skeleton.root!r} both seen and labelled, and training needs two or more; "
            f"check that keypoints and labels belong together."
        )
    return poses


def _poses_of(view: LabelledView, skeleton: Skeleton) -> LabelledPoses:
    keypoints, reference = view
    where = _where(keypoints)
    if keypoints.skeleton.joints != skeleton.joints:
        raise InputError(f"{where}: has other joints than the first view; give all the same.")
    if len(reference) != len(keypoints):
        raise InputError(
            f"{where}: has {len(keypoints)} frames, but its labels have {len(reference)}; cut both "
            f"to the same frames."
        )
    own = Skeleton.of_names("reference", reference.joints)
    labels, valid = convert(reference.positions, reference.valid.astype(np.float64), own, skeleton)
    root = skeleton.root_index
    labels = (labels - labels[:, root : root + 1]) * UNITS_IN_METRES["mm"]
    trusted = (valid > 0) & np.isfinite(labels).all(-1)
    positions, scores, _ = normalise(
        torch.from_numpy(keypoints.positions.astype(np.float32)),
        torch.from_numpy(keypoints.scores.astype(np.float32)),
        root,
    )
    # Where the root is not seen, all scores are 0.
    used = (scores[:, root] > 0) & torch.from_numpy(trusted[:, root])
    labels = np.where(trusted[..., None], labels, 0.0).astype(np.float32)
    poses = LabelledPoses(positions, scores, torch.from_numpy(labels), torch.from_numpy(trusted))
    return poses.at(used)


def _where(keypoints: Keypoints) -> str:
    return keypoints.source or keypoints.camera or "keypoints"
