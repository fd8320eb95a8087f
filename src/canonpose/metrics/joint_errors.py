"""Distances of predicted joints from their references, after alignment, and their means.

MPJPE is the mean per joint position error of the pose literature. What is aligned before is in the
name: ``n_`` the scale of root-centred poses (Protocol I for predictions without a metric scale,
Sec. 4.1), ``p_`` a similarity without reflection (Protocol II). Errors are in the units of the
reference; the thresholds elsewhere are in mm, so references should be. All take numpy arrays or
tensors and return the same kind.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from canonpose.geometry.procrustes import scale_alignment, similarity_alignment
from canonpose.metrics.arrays import in_torch

Points = Float[Tensor, "*batch joint 3"]
Valid = Bool[Tensor, "*batch joint"]
Errors = Float[Tensor, "*batch joint"]
Mean = Float[Tensor, ""]
Sequence = Float[Tensor, "*batch frame joint 3"]
SequenceValid = Bool[Tensor, "*batch frame joint"]
SequenceErrors = Float[Tensor, "*batch frame joint"]

MIN_JOINTS_RIGID = 4
"""Three joints make a plane, which its mirror image fits as well."""


@in_torch
def scale_aligned_errors(
    predicted: Points, reference: Points, valid: Valid | None = None, *, root: int
) -> Errors:
    """Distance of every joint after centring on the root and fitting one scale for each pose.

    Parameters
    ----------
    predicted : [..., joint, 3]
        In the frame of `reference` but for scale and translation; any unit.
    reference : [..., joint, 3]
        In mm.
    valid : [..., joint], optional
        Joints of the reference that count; NaN never does.
    root : int
        The joint that both poses are centred on. Its own error is 0.

    Returns
    -------
    [..., joint]
        NaN where a joint does not count, and for poses whose root does not.
    """
    valid = counts(predicted, reference, valid)
    valid = valid & valid[..., root : root + 1]
    predicted = predicted - predicted[..., root : root + 1, :]
    reference = reference - reference[..., root : root + 1, :]
    return centred_errors(predicted, reference, valid)


@in_torch
def rigid_aligned_errors(
    predicted: Points, reference: Points, valid: Valid | None = None
) -> Errors:
    """Distance of every joint after the best rotation, translation and scale for each pose.

    Reflections are never fitted: a mirrored prediction keeps its error.

    Parameters
    ----------
    predicted : [..., joint, 3]
        Any frame and unit.
    reference : [..., joint, 3]
        In mm.
    valid : [..., joint], optional
        Joints of the reference that count; NaN never does.

    Returns
    -------
    [..., joint]
        NaN where a joint does not count, and for poses with fewer than four that do.
    """
    errors, _ = rigid_errors_and_mirrored(predicted, reference, counts(predicted, reference, valid))
    return errors


@in_torch
def n_mpjpe(predicted: Points, reference: Points, valid: Valid | None = None, *, root: int) -> Mean:
    """Mean of `scale_aligned_errors` over all joints of all poses that have one."""
    return mean_error(scale_aligned_errors(predicted, reference, valid, root=root))


@in_torch
def p_mpjpe(predicted: Points, reference: Points, valid: Valid | None = None) -> Mean:
    """Mean of `rigid_aligned_errors` over all joints of all poses that have one."""
    return mean_error(rigid_aligned_errors(predicted, reference, valid))


@in_torch
def sequence_aligned_errors(
    predicted: Sequence, reference: Sequence, valid: SequenceValid | None = None
) -> SequenceErrors:
    """Distance of every joint after one best rotation, translation and scale for all frames.

    Unlike `rigid_aligned_errors`, this sees drift, wrong places and wrong sizes from frame to
    frame. Reflections are never fitted.

    Parameters
    ----------
    predicted : [..., frame, joint, 3]
        Any frame and unit, but the same in all frames of a sequence.
    reference : [..., frame, joint, 3]
        In mm.
    valid : [..., frame, joint], optional
        Joints of the reference that count; NaN never does.

    Returns
    -------
    [..., frame, joint]
        NaN where a joint does not count, and for sequences with fewer than four that do.
    """
    flat = None if valid is None else valid.flatten(-2)
    errors = rigid_aligned_errors(predicted.flatten(-3, -2), reference.flatten(-3, -2), flat)
    return errors.unflatten(-1, predicted.shape[-3:-1])


@in_torch
def w_mpjpe(predicted: Sequence, reference: Sequence, valid: SequenceValid | None = None) -> Mean:
    """Mean of `sequence_aligned_errors` over all joints that have one: W-MPJPE, of a world."""
    return mean_error(sequence_aligned_errors(predicted, reference, valid))


@in_torch
def mean_error(errors: Errors) -> Mean:
    """Mean over all that is defined; NaN where nothing is."""
    return errors.nanmean()


@in_torch
def mirror_fits_better(
    predicted: Points, reference: Points, valid: Valid | None = None
) -> tuple[Bool[Tensor, "*batch"], Bool[Tensor, "*batch"]]:
    """Whether a pose's mirror image would fit its reference better. For diagnosis only.

    A model that has learned the mirrored world has it for nearly all frames, a sound one for few.
    Better is meant in squares, as the alignment itself is: so the answer is in the alignment, and
    no second one is needed. A pose on the edge may have it the other way round in mean distance.
    A flat pose is its own mirror image, which fits as well, not better.

    Parameters
    ----------
    predicted, reference, valid
        As in `rigid_aligned_errors`.

    Returns
    -------
    mirrored : [...]
    defined : [...]
        Poses that can be judged.
    """
    errors, mirrored = rigid_errors_and_mirrored(
        predicted, reference, counts(predicted, reference, valid)
    )
    return mirrored, ~errors.isnan().all(-1)


def counts(predicted: Points, reference: Points, valid: Valid | None) -> Valid:
    """The joints that are there on both sides."""
    there = predicted.isfinite().all(-1) & reference.isfinite().all(-1)
    return there if valid is None else there & valid


def centred_errors(predicted: Points, reference: Points, valid: Valid) -> Errors:
    """`scale_aligned_errors` of poses that are centred on their roots."""
    scale = scale_alignment(predicted, reference, valid)
    return _distances(scale[..., None, None] * predicted, reference, valid)


def rigid_errors_and_mirrored(
    predicted: Points, reference: Points, valid: Valid
) -> tuple[Errors, Bool[Tensor, "*batch"]]:
    """`rigid_aligned_errors` and `mirror_fits_better` from one alignment."""
    valid = valid & (valid.sum(-1, keepdim=True) >= MIN_JOINTS_RIGID)
    alignment = similarity_alignment(predicted, reference, valid)
    errors = _distances(alignment(predicted), reference, valid)
    return errors, alignment.mirror_is_closer


def _distances(aligned: Points, reference: Points, valid: Valid) -> Errors:
    distance = torch.linalg.vector_norm(aligned - reference, dim=-1)
    return torch.where(valid, distance, torch.nan)
