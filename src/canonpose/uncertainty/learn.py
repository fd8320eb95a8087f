"""Learn how far a lifter's joints are off on footage that it has not seen."""

from collections.abc import Callable
from functools import partial
from itertools import combinations

from canonpose.config_tables import to_table
from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.lifter.sigma import TrainedUncertainty
from canonpose.lifter.trained import TrainedLifter
from canonpose.refining.labels import solved_labels
from canonpose.solving import Solved, solve
from canonpose.training.session import Progress
from canonpose.uncertainty.calibrate import Calibrated, calibrated, transferred
from canonpose.uncertainty.config import UncertaintyConfig
from canonpose.uncertainty.errors import LiftingErrors, lifting_errors
from canonpose.uncertainty.folds import Fold, enough_left, folds_of, without
from canonpose.uncertainty.trainings import trained_alike

ASSUMED = (
    "a lifter trained on a part of the footage errs on the rest as the lifter itself, trained on "
    "all of it, errs on new footage of the same kind",
    "labels solved from all views are exact compared with what is lifted from one",
)
HeldBack = dict[tuple[int, int], LiftingErrors]
"""Errors on a part, by its number and that of one more part that the lifter never saw; twice the
same number where it saw all others."""


def learn_uncertainty(
    capture: Capture,
    lifter: TrainedLifter,
    config: UncertaintyConfig | None = None,
    *,
    solved: Solved | None = None,
    device: str = "auto",
    progress: Callable[[str, Progress], None] = lambda fold, progress: None,
    say: Callable[[str], None] = lambda sentence: None,
) -> TrainedUncertainty:
    """Learn sigma for every joint from a lifter's errors, without any annotation.

    The errors are those against the footage solved in 3D from all its views. A lifter knows its
    training footage too well for them to say anything about new footage; so for each part of it,
    one is trained like it without that part, and judged there. Calibration is crossed in the same
    way: each part is predicted by a network of the errors on the others, and one factor makes 68.3
    % of all these errors lie within sigma. The network that is kept learns from all parts.

    All of that is then rehearsed: with each part in the place of new footage, and lifters that saw
    neither it nor one more part. A second factor makes up for what the rehearsals missed.

    Parameters
    ----------
    capture : Capture
        What the lifter was trained on, by cameras that stand still.
    lifter : TrainedLifter
    config : UncertaintyConfig, optional
    solved : Solved, optional
        The capture in 3D; solved here with the lifter unless given.
    device : str
        "auto", "cpu", "cuda", ...
    progress : callable, optional
        Called after each epoch with the part's name.
    say : callable, optional
        Told what is done, in a few words each.

    Raises
    ------
    InputError
        If the footage cannot be solved or parted, or has other joints than the lifter.
    """
    config = config or UncertaintyConfig()
    if lifter.skeleton.joints != capture.skeleton.joints:
        raise InputError(
            f"the lifter has the joints {', '.join(lifter.skeleton.joints)} and the footage "
            f"{', '.join(capture.skeleton.joints)}; give the footage that it was trained on."
        )
    folds = folds_of(capture, config.folds, config.margin)
    solved = solved or solve(capture, lifter, device=device, say=say)
    labels = solved_labels(solved, capture)
    held: HeldBack = {}
    for parts in _left_out(folds, capture, config.rehearse):
        name = f"without {_named(parts)} of {len(folds)}"
        alike = trained_alike(
            lifter,
            without(capture, [folds[part] for part in parts]),
            solved,
            steps=config.steps,
            device=device,
            progress=partial(progress, name),
        )
        for part in parts:
            errors = lifting_errors(alike, labels, folds[part].chosen(labels), config.trusted)
            held[part, next((other for other in parts if other != part), part)] = errors
    say("learning the errors")
    return _learned(held, len(folds), lifter, config)


def _left_out(folds: list[Fold], capture: Capture, rehearse: bool) -> list[tuple[int, ...]]:
    """The parts that a lifter each is trained without: every one and, to rehearse, every two."""
    alone = [(number,) for number in range(len(folds))]
    pairs = list(combinations(range(len(folds)), 2))
    possible = all(enough_left(capture, [folds[part] for part in pair]) for pair in pairs)
    return [*alone, *pairs] if rehearse and possible else [*alone]


def _named(parts: tuple[int, ...]) -> str:
    numbers = " and ".join(str(part + 1) for part in parts)
    return f"part{'s' if len(parts) > 1 else ''} {numbers}"


def _learned(
    held: HeldBack, count: int, lifter: TrainedLifter, config: UncertaintyConfig
) -> TrainedUncertainty:
    """The network of all parts, with both factors."""
    parts = [held[part, part] for part in range(count)]
    found = calibrated(parts, lifter.skeleton, config)
    factor, shares = 1.0, found.shares
    if len(held) > count:
        rehearsed = [_rehearsed(part, held, count, lifter, config) for part in range(count)]
        factor, shares = transferred(rehearsed, parts)
    found.network.scale.mul_(factor)
    facts = {
        "views": sum(map(len, parts)),
        "factor": round(found.factor, 4),
        "transfer": round(factor, 4),
        "median_error": round(float(LiftingErrors.concatenated(parts).errors.nanmedian()), 5),
        "share_within_by_part": [round(share, 4) for share in shares],
        "settings": to_table(config),
        "assumed": list(ASSUMED),
    }
    return TrainedUncertainty(found.network, lifter.skeleton, facts)


def _rehearsed(
    part: int, held: HeldBack, count: int, lifter: TrainedLifter, config: UncertaintyConfig
) -> Calibrated:
    """What is learned for the lifter that never saw a part, from the others alone."""
    others = [held[other, part] for other in range(count) if other != part]
    return calibrated(others, lifter.skeleton, config)
