"""PCK and AUC: how many joints are within a distance of their reference.

PCK is the percentage of correct keypoints of MPI-INF-3DHP, within 150 mm or less (Sec. 4.1). AUC is
that benchmark's area under the curve, by its convention the plain mean of the PCK at the thresholds
0, 5, 10, ... 150 mm. Both are in percent, over all joints that have an error.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from canonpose.metrics.arrays import in_torch
from canonpose.metrics.joint_errors import (
    Errors,
    Mean,
    Points,
    Valid,
    rigid_aligned_errors,
    scale_aligned_errors,
)

PCK_THRESHOLD = 150.0
AUC_THRESHOLDS = tuple(float(mm) for mm in range(0, 151, 5))


@in_torch
def pck(errors: Errors, *, threshold: float = PCK_THRESHOLD) -> Mean:
    """Percentage of errors [..., joint] in mm that are at most `threshold`; NaN without any."""
    defined = (~errors.isnan()).sum().to(errors.dtype)
    return (errors <= threshold).sum() / defined * 100


@in_torch
def auc(errors: Errors) -> Mean:
    """Mean PCK in percent over the thresholds 0, 5, ... 150 mm, of errors [..., joint] in mm."""
    thresholds = torch.tensor(AUC_THRESHOLDS, dtype=errors.dtype, device=errors.device)
    defined = errors[~errors.isnan()]
    return fractions_passed(torch.bucketize(defined, thresholds), thresholds).mean() * 100


@in_torch
def pck_scale_aligned(
    predicted: Points,
    reference: Points,
    valid: Valid | None = None,
    *,
    root: int,
    threshold: float = PCK_THRESHOLD,
) -> Mean:
    """`pck` of `scale_aligned_errors`: the paper's."""
    errors = scale_aligned_errors(predicted, reference, valid, root=root)
    return pck(errors, threshold=threshold)


@in_torch
def pck_rigid(
    predicted: Points,
    reference: Points,
    valid: Valid | None = None,
    *,
    threshold: float = PCK_THRESHOLD,
) -> Mean:
    """`pck` of `rigid_aligned_errors`: more lenient, for references in another frame."""
    return pck(rigid_aligned_errors(predicted, reference, valid), threshold=threshold)


@in_torch
def auc_scale_aligned(
    predicted: Points, reference: Points, valid: Valid | None = None, *, root: int
) -> Mean:
    """`auc` of `scale_aligned_errors`."""
    return auc(scale_aligned_errors(predicted, reference, valid, root=root))


@in_torch
def auc_rigid(predicted: Points, reference: Points, valid: Valid | None = None) -> Mean:
    """`auc` of `rigid_aligned_errors`."""
    return auc(rigid_aligned_errors(predicted, reference, valid))


def fractions_passed(
    first_passed: Int[Tensor, "value"], thresholds: Float[Tensor, "threshold"]
) -> Float[Tensor, "threshold"]:
    """The fraction of values that pass each threshold, in one sweep over the values.

    Parameters
    ----------
    first_passed : [value]
        Each value's lowest threshold that it passes, as an index; as many as there are thresholds
        where it passes none. It passes all those above, too.
    thresholds : [threshold]
        Only their number matters, and the type and device, which the result has.

    Returns
    -------
    [threshold]
        NaN without values.
    """
    passed = torch.bincount(first_passed, minlength=len(thresholds) + 1)[:-1].cumsum(0)
    return passed / torch.full_like(thresholds, len(first_passed))
