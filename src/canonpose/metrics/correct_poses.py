"""CP and CPS: how many poses are right as a whole (Eq. 9).

A pose is correct at a threshold if, after rigid alignment, all its valid joints are closer to their
references than that: strictly, by Eq. 9. The score, CPS, is the area under the fraction of correct
poses over thresholds from 0 to 300 mm. That fraction is a step function, which a pose joins at its
worst joint's error; so its area is exactly the mean over poses of ``max(0, 300 - worst error)``, in
mm, and 300 is perfect.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.metrics.arrays import in_torch
from canonpose.metrics.joint_errors import Errors, Mean, Points, Valid, rigid_aligned_errors
from canonpose.metrics.thresholds import fractions_passed

CP_THRESHOLD = 180.0
CPS_LIMIT = 300.0


@in_torch
def worst_joint(errors: Errors) -> Float[Tensor, "*batch"]:
    """The largest error of each pose [...], of errors [..., joint]; NaN where it has none."""
    worst = errors.nan_to_num(nan=-torch.inf).amax(-1)
    return torch.where(worst >= 0, worst, torch.nan)


@in_torch
def is_correct(errors: Errors, *, threshold: float = CP_THRESHOLD) -> Bool[Tensor, "*batch"]:
    """Whether all joints of each pose are within (strictly) `threshold` mm; False without any."""
    return worst_joint(errors) < threshold


@in_torch
def correct_poses_of(errors: Errors, *, threshold: float = CP_THRESHOLD) -> Mean:
    """CP in percent of poses that have errors, of errors [..., joint] in mm."""
    return _mean_of_defined(is_correct(errors, threshold=threshold).to(errors.dtype), errors) * 100


@in_torch
def cps_of(errors: Errors) -> Mean:
    """CPS in mm, 300 being perfect, of errors [..., joint] in mm."""
    return _mean_of_defined((CPS_LIMIT - worst_joint(errors)).clamp(min=0), errors)


@in_torch
def cps_curve_of(errors: Errors) -> tuple[Float[Tensor, "threshold"], Float[Tensor, "threshold"]]:
    """The curve that CPS is the area under, of errors [..., joint] in mm.

    Returns
    -------
    thresholds : [301]
        0, 1, ... 300 mm.
    correct : [301]
        CP in percent at each of them.
    """
    thresholds = torch.arange(CPS_LIMIT + 1, dtype=errors.dtype, device=errors.device)
    worst = worst_joint(errors)
    # right=True: a pose passes thresholds that are strictly larger than its worst joint's error.
    first_passed = torch.bucketize(worst[~worst.isnan()], thresholds, right=True)
    return thresholds, fractions_passed(first_passed, thresholds) * 100


@in_torch
def correct_poses(
    predicted: Points,
    reference: Points,
    valid: Valid | None = None,
    *,
    threshold: float = CP_THRESHOLD,
) -> Mean:
    """CP@threshold in percent: `correct_poses_of` the `rigid_aligned_errors`."""
    return correct_poses_of(rigid_aligned_errors(predicted, reference, valid), threshold=threshold)


@in_torch
def cps(predicted: Points, reference: Points, valid: Valid | None = None) -> Mean:
    """The Correct Poses Score in mm: `cps_of` the `rigid_aligned_errors`."""
    return cps_of(rigid_aligned_errors(predicted, reference, valid))


@in_torch
def cps_curve(
    predicted: Points, reference: Points, valid: Valid | None = None
) -> tuple[Float[Tensor, "threshold"], Float[Tensor, "threshold"]]:
    """`cps_curve_of` the `rigid_aligned_errors`."""
    return cps_curve_of(rigid_aligned_errors(predicted, reference, valid))


def _mean_of_defined(values: Float[Tensor, "*batch"], errors: Errors) -> Mean:
    """Mean over poses that have an error at all."""
    return torch.where(errors.isnan().all(-1), torch.nan, values).nanmean()
