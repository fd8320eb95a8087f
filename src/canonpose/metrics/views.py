"""Scores of many views, each against its own reference."""

from collections.abc import Mapping, Sequence

from canonpose.datamodel import Poses
from canonpose.errors import InputError
from canonpose.metrics.joint_matching import errors_of_view
from canonpose.metrics.pose_errors import PoseErrors, joined
from canonpose.metrics.reliability import reliability_of
from canonpose.metrics.results import Evaluation
from canonpose.metrics.scoring import curve_of, joint_scores_of, scores_of
from canonpose.readers.reference import Reference

View = tuple[Poses, Reference]


def evaluate_views(views: Mapping[str, View], *, joints: Sequence[str] | None = None) -> Evaluation:
    """Score the poses of every view against that view's own reference, and all frames together.

    Joints are matched by name, and may be other ones in other views. A root that a reference lacks
    is derived in it as the poses' skeleton says, for centring only.

    Parameters
    ----------
    views : mapping
        Label to poses and, frame by frame, what they should be: in mm, in the frame of the camera
        that the poses were lifted from (its origin does not matter). A label is a row of the
        evaluation: a camera, or one of a take.
    joints : sequence of str, optional
        Score these only.

    Returns
    -------
    Evaluation
        ``files`` and ``file_curves`` have the labels. Pooled scores weigh every frame alike, and
        their scale-aligned ones are None unless every view has them.

    Raises
    ------
    InputError
        If there are no views, a joint is in no reference, or a view's lengths differ, it shares too
        few joints, or none of its frames can be scored.
    """
    return evaluation_of(views, joints=joints, frame_known=True)


def evaluation_of(
    views: Mapping[str, View],
    *,
    joints: Sequence[str] | None,
    frame_known: bool,
    notes: Sequence[str] = (),
) -> Evaluation:
    """`evaluate_views`, without the scale-aligned metrics unless the cameras' frames are known."""
    if not views:
        raise InputError("there are no poses to score; give one or more files or views of them.")
    references = [reference for _, reference in views.values()]
    columns = tuple(dict.fromkeys(joint for one in references for joint in one.joints))
    for joint in joints or ():
        if joint not in columns:
            raise InputError(
                f"{references[0].source or 'reference'}: has no joint {joint!r}; "
                f"it has {', '.join(columns)}."
            )
    errors = {
        label: errors_of_view(
            label, poses, reference, columns, joints=joints, frame_known=frame_known
        )
        for label, (poses, reference) in views.items()
    }
    pooled = joined(list(errors.values()))
    return Evaluation(
        overall=scores_of(pooled),
        files={label: scores_of(of_view) for label, of_view in errors.items()},
        joints=joint_scores_of(pooled, columns),
        cps_curve=curve_of(pooled),
        file_curves={label: curve_of(of_view) for label, of_view in errors.items()},
        notes=(
            *(_without_root(views, errors) if frame_known else ()),
            *_without_joints(errors, columns),
            *notes,
        ),
        reliability=reliability_of(views, joints=joints) if frame_known else None,
    )


def _without_root(views: Mapping[str, View], errors: Mapping[str, PoseErrors]) -> list[str]:
    return [
        f"{label}: the reference has no {poses.skeleton.root!r}, so there are no "
        f"scale-aligned metrics."
        for label, (poses, _) in views.items()
        if errors[label].scaled is None
    ]


def _without_joints(errors: Mapping[str, PoseErrors], columns: Sequence[str]) -> list[str]:
    """Which views lack joints that others are scored on: their poses are easier to get right."""
    scored = {label: (~one.rigid.isnan()).any(0).tolist() for label, one in errors.items()}
    notes = []
    for label, here in scored.items():
        lacking = [
            joint
            for joint, scored_here, *anywhere in zip(columns, here, *scored.values(), strict=True)
            if any(anywhere) and not scored_here
        ]
        if lacking:
            notes.append(f"{label}: scored without {', '.join(lacking)}, which other views have.")
    return notes
