"""All errors of many poses from one alignment of each kind.

The functions of one metric each align anew. Here every pose is aligned once by scale and once
rigidly, and all metrics are read off the distances that remain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.metrics.arrays import to_torch
from canonpose.metrics.joint_errors import (
    Points,
    Valid,
    centred_errors,
    counts,
    rigid_errors_and_mirrored,
)

AnyPoints = Float[Tensor, "*batch joint 3"] | Float[np.ndarray, "*batch joint 3"]
AnyValid = Bool[Tensor, "*batch joint"] | Bool[np.ndarray, "*batch joint"]
AnyRoots = Float[Tensor, "*batch 3"] | Float[np.ndarray, "*batch 3"]

POSES_AT_ONCE = 32768
"""Aligned in one go: enough that threads seldom wait for one another, few enough for any memory."""


@dataclass(frozen=True, eq=False)
class PoseErrors:
    """Errors in mm that remain after alignment, and whether the mirror image would fit better."""

    rigid: Float[Tensor, "pose joint"]
    """As `rigid_aligned_errors`."""
    scaled: Float[Tensor, "pose joint"] | None
    """As `scale_aligned_errors`; None where the root or the frame is not known."""
    mirrored: Bool[Tensor, "pose"]
    """As `mirror_fits_better`."""

    def in_columns(self, places: Sequence[int], columns: int) -> "PoseErrors":
        """The joints at other places of a longer joint axis, NaN elsewhere."""

        def spread(errors: Float[Tensor, "pose scored"]) -> Float[Tensor, "pose joint"]:
            out = errors.new_full((len(errors), columns), torch.nan)
            out[:, list(places)] = errors
            return out

        scaled = None if self.scaled is None else spread(self.scaled)
        return PoseErrors(spread(self.rigid), scaled, self.mirrored)


@torch.no_grad()
def pose_errors(
    predicted: AnyPoints,
    reference: AnyPoints,
    valid: AnyValid | None = None,
    *,
    roots: tuple[AnyRoots, AnyRoots] | None,
) -> PoseErrors:
    """Align every pose once by scale and once rigidly.

    Parameters
    ----------
    predicted : [pose, joint, 3]
        Any unit; for the scale-aligned errors in the frame of `reference`, but for translation.
        Numpy arrays are taken in double precision, tensors as they are.
    reference : [pose, joint, 3]
        In mm.
    valid : [pose, joint], optional
        Joints of the reference that count; NaN never does.
    roots : two of [pose, 3], optional
        Where the roots of `predicted` and `reference` are, which the scale-aligned errors are
        centred on; NaN where not known. Without them there are none.

    Returns
    -------
    PoseErrors
    """
    wholes = (predicted, reference, valid, *(roots or (None, None)))
    starts = range(0, max(len(predicted), 1), POSES_AT_ONCE)
    return joined([_errors_of_some(*(_some(whole, start) for whole in wholes)) for start in starts])


def joined(parts: Sequence[PoseErrors]) -> PoseErrors:
    """The poses of all in a row; scale-aligned only where all are."""
    scaled = [part.scaled for part in parts if part.scaled is not None]
    return PoseErrors(
        rigid=torch.cat([part.rigid for part in parts]),
        scaled=torch.cat(scaled) if len(scaled) == len(parts) else None,
        mirrored=torch.cat([part.mirrored for part in parts]),
    )


def _some(whole: Any, start: int) -> Any:
    """Some poses of an array, as a tensor; None stays None."""
    return None if whole is None else to_torch(whole[start : start + POSES_AT_ONCE])


def _errors_of_some(
    predicted: Points,
    reference: Points,
    valid: Valid | None,
    predicted_root: Float[Tensor, "pose 3"] | None,
    reference_root: Float[Tensor, "pose 3"] | None,
) -> PoseErrors:
    dtype = torch.promote_types(predicted.dtype, reference.dtype)
    predicted, reference = predicted.to(dtype), reference.to(dtype)
    valid = counts(predicted, reference, valid)
    rigid, mirrored = rigid_errors_and_mirrored(predicted, reference, valid)
    if predicted_root is None or reference_root is None:
        return PoseErrors(rigid, None, mirrored)
    known = predicted_root.isfinite().all(-1) & reference_root.isfinite().all(-1)
    scaled = centred_errors(
        predicted - predicted_root[:, None],
        reference - reference_root[:, None],
        valid & known[:, None],
    )
    return PoseErrors(rigid, scaled, mirrored)
