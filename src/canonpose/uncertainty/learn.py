"""Learn how far a lifter's joints are off on footage that it has not seen."""

from collections.abc import Callable

import torch

from canonpose.config_tables import to_table
from canonpose.datamodel import Capture
from canonpose.errors import InputError
from canonpose.lifter.sigma import TrainedUncertainty
from canonpose.lifter.trained import TrainedLifter
from canonpose.refining.labels import solved_labels
from canonpose.solving import Solved, solve
from canonpose.training.session import Progress
from canonpose.uncertainty.config import UncertaintyConfig
from canonpose.uncertainty.errors import LiftingErrors, lifting_errors
from canonpose.uncertainty.fit import calibrating_factor, fit_network, share_within
from canonpose.uncertainty.folds import folds_of
from canonpose.uncertainty.trainings import trained_alike

ASSUMED = (
    "a lifter trained on a part of the footage errs on the rest as the lifter itself, trained on "
    "all of it, errs on new footage of the same kind",
    "labels solved from all views are exact compared with what is lifted from one",
)


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
    parts = []
    for number, fold in enumerate(folds, start=1):
        name = f"without part {number} of {len(folds)}"
        alike = trained_alike(
            lifter,
            fold.hidden_from(capture),
            solved,
            steps=config.steps,
            device=device,
            progress=lambda one, name=name: progress(name, one),  # type: ignore[misc]
        )
        parts.append(lifting_errors(alike, labels, fold.chosen(labels), config.trusted))
    say("learning the errors")
    return _learned(parts, lifter, config)


def _learned(
    parts: list[LiftingErrors], lifter: TrainedLifter, config: UncertaintyConfig
) -> TrainedUncertainty:
    """The network of all parts, calibrated by networks of all but one."""
    skeleton = lifter.skeleton
    sigmas = []
    for place, part in enumerate(parts):
        others = LiftingErrors.joined(parts[:place] + parts[place + 1 :])
        network = fit_network(others, skeleton, config)
        with torch.no_grad():
            sigmas.append(network.uncalibrated(part.features))
    every, sigma = LiftingErrors.joined(parts), torch.cat(sigmas)
    factor = calibrating_factor(every.errors, sigma)
    network = fit_network(every, skeleton, config)
    network.scale.fill_(factor)
    sizes = [len(part) for part in parts]
    shares = [
        round(share_within(part.errors, factor * own), 4)
        for part, own in zip(parts, sigma.split(sizes), strict=True)
    ]
    facts = {
        "views": len(every),
        "factor": round(factor, 4),
        "median_error": round(float(every.errors.nanmedian()), 5),
        "share_within_by_part": shares,
        "settings": to_table(config),
        "assumed": list(ASSUMED),
    }
    return TrainedUncertainty(network, skeleton, facts)
