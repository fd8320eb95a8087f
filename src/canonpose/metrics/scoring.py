"""All metrics at once."""

from collections.abc import Sequence
from typing import Any

from canonpose.errors import InputError
from canonpose.metrics.arrays import only, to_numpy
from canonpose.metrics.correct_poses import correct_poses_of, cps_curve_of, cps_of
from canonpose.metrics.joint_errors import mean_error
from canonpose.metrics.pose_errors import AnyPoints, AnyValid, PoseErrors, pose_errors
from canonpose.metrics.results import Curve, JointScores, Scores
from canonpose.metrics.thresholds import auc, pck


def score(
    predicted: AnyPoints,
    reference: AnyPoints,
    valid: AnyValid | None = None,
    *,
    root: int | None,
) -> Scores:
    """All metrics of many poses, each pose aligned once by scale and once rigidly.

    Parameters
    ----------
    predicted : [..., joint, 3]
        Numpy array or tensor; any unit. For the scale-aligned metrics the frame must be that of
        `reference`, but for translation.
    reference : [..., joint, 3]
        In mm.
    valid : [..., joint], optional
        Joints of the reference that count; NaN never does.
    root : int or None
        The joint that N-MPJPE is centred on; its own error of 0 is in the mean, as is usual. None
        where the frame is not known: the scale-aligned metrics are None then.

    Returns
    -------
    Scores
        NaN where no pose can be scored.

    Raises
    ------
    InputError
        If the shapes differ.
    """
    check_pairs(predicted, reference, valid)
    joints = predicted.shape[-2]
    predicted, reference = predicted.reshape(-1, joints, 3), reference.reshape(-1, joints, 3)
    valid = None if valid is None else valid.reshape(-1, joints)
    roots = None
    if root is not None:
        known = reference[:, root] if valid is None else only(reference[:, root], valid[:, root])
        roots = predicted[:, root], known
    return scores_of(pose_errors(predicted, reference, valid, roots=roots))


def check_pairs(predicted: Any, reference: Any, valid: Any | None) -> None:
    """Arrays that differ would be stretched to each other without a word."""
    for name, given, end in (("reference", reference, None), ("valid", valid, -1)):
        wanted = list(predicted.shape[:end])
        if given is not None and list(given.shape) != wanted:
            raise InputError(
                f"the predicted poses are {list(predicted.shape)}, so {name} must be {wanted}, "
                f"and not {list(given.shape)}; pair them pose by pose and joint by joint."
            )


def scores_of(errors: PoseErrors) -> Scores:
    """All metrics of errors in mm."""
    rigid, scaled = errors.rigid, errors.scaled
    defined = ~rigid.isnan().all(-1)
    return Scores(
        n_mpjpe=None if scaled is None else float(mean_error(scaled)),
        p_mpjpe=float(mean_error(rigid)),
        pck_scale_aligned=None if scaled is None else float(pck(scaled)),
        pck_rigid=float(pck(rigid)),
        auc_scale_aligned=None if scaled is None else float(auc(scaled)),
        auc_rigid=float(auc(rigid)),
        cp180=float(correct_poses_of(rigid)),
        cps=float(cps_of(rigid)),
        mirrored_fraction=float(errors.mirrored[defined].to(rigid.dtype).mean()),
        frames_scored=int(defined.sum()),
        frames_left_out=int((~defined).sum()),
        frames_scale_aligned=None if scaled is None else int((~scaled.isnan()).any(-1).sum()),
    )


def joint_scores_of(errors: PoseErrors, joints: Sequence[str]) -> dict[str, JointScores]:
    """Scores of every joint that was scored at all; `joints` names the columns of the errors."""
    rigid, scaled = errors.rigid, errors.scaled
    return {
        joint: JointScores(
            n_mpjpe=None if scaled is None else float(mean_error(scaled[:, place])),
            p_mpjpe=float(mean_error(rigid[:, place])),
            pck_scale_aligned=None if scaled is None else float(pck(scaled[:, place])),
            pck_rigid=float(pck(rigid[:, place])),
            frames=int((~rigid[:, place].isnan()).sum()),
        )
        for place, joint in enumerate(joints)
        if not rigid[:, place].isnan().all()
    }


def curve_of(errors: PoseErrors) -> Curve:
    """The curve that CPS is the area under."""
    thresholds, correct = cps_curve_of(errors.rigid)
    return to_numpy(thresholds), to_numpy(correct)
