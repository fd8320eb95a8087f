"""Figures 4 to 7 from the trainings of a study."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Poses
from canonpose.datasets import Dataset
from canonpose.errors import InputError
from canonpose.figures import figure4, figure5, figure6, figure7
from canonpose.figures.comparison import overlays
from canonpose.readers.reference import Reference
from canonpose.reproduce.rows import Row
from canonpose.reproduce.scoring import Lift, lifted
from canonpose.reproduce.study import Study
from canonpose.reproduce.tables import TABLE_1

Errors = Float[np.ndarray, "frame joint"]


def _row(label: str) -> Row:
    return next(row for row in TABLE_1.rows if row.label == label)


def _best(study: Study) -> Row:
    """The paper's method at its best: with camera-consistency where the cameras stand still."""
    return _row("CanonPose + C" if study.dataset.static_cameras else "CanonPose")


def draw_figure4(study: Study, seed: int, path: Path) -> list[str]:
    """P-MPJPE against CP, of two trainings of ours that differ in the seed alone."""
    row = _best(study)
    data = row.dataset(study.dataset)
    names = f"seed {seed}", f"seed {seed + 1}"
    pairs = [lifted(data, study.lifter(row, one)) for one in (seed, seed + 1)]
    methods = {
        name: [poses for poses, _ in views.values()]
        for name, views in zip(names, pairs, strict=True)
    }
    references = [reference for _, reference in pairs[0].values()]
    drawn = figure4(methods, references, path, joints=_scored(data))
    return [
        f"{drawn.found} of {drawn.frames} poses are such",
        *([drawn.note] if drawn.note else []),
    ]


def draw_figure5(study: Study, seed: int, path: Path) -> list[str]:
    """CPS curves of our method and the baselines."""
    errors: dict[str, Errors] = {}
    said = []
    for row in TABLE_1.rows:
        if not row.trained:
            continue
        try:
            lift = study.lifter(row, seed)
        except InputError as error:
            said.append(str(error))
            continue
        errors[row.label.replace("`", "")] = _errors(row.dataset(study.dataset), lift)
    drawn = figure5(errors, path)
    said += [
        f"{label}: CPS {drawn.cps[label]:.1f} mm, above 1 % from {start:.0f} mm"
        for label, start in drawn.first_percent.items()
    ]
    return said


def draw_figure6(study: Study, seed: int, path: Path) -> list[str]:
    """Input and 3D from two sides, of one view of the test set."""
    row = _best(study)
    views = lifted(row.dataset(study.dataset), study.lifter(row, seed))
    label, (poses, _) = next(iter(views.items()))
    drawn = figure6({study.dataset.name: poses}, path)
    frames = ", ".join(map(str, drawn.frames[study.dataset.name]))
    return [f"frames {frames} of {label}"]


def draw_figure7(study: Study, seed: int, path: Path) -> list[str]:
    """Canonical poses, and how far the hips stray in the canonical frame."""
    row = _best(study)
    takes, references = _takes(row.dataset(study.dataset), study.lifter(row, seed))
    drawn = figure7(takes, path, references=references)
    return [
        f"{joint}: {spread} (the paper: 7.9 mm right, 7.7 mm left)"
        for joint, spread in drawn.hips.items()
    ]


FIGURES: dict[str, Callable[[Study, int, Path], list[str]]] = {
    "figure4": draw_figure4,
    "figure5": draw_figure5,
    "figure6": draw_figure6,
    "figure7": draw_figure7,
}
"""Each writes a picture and returns what it shows, in sentences."""


def _errors(dataset: Dataset, lift: Lift) -> Errors:
    """Rigidly aligned errors in mm of the scored joints, over all test views."""
    poses, references = zip(*lifted(dataset, lift).values(), strict=True)
    laid = overlays({dataset.name: poses}, references, _scored(dataset))
    return np.concatenate([one.errors for one in laid[dataset.name]])


def _scored(dataset: Dataset) -> list[str]:
    """The protocol's joints, less those that the detector has not."""
    return [joint for joint in dataset.scored_joints if joint in dataset.skeleton]


def _takes(dataset: Dataset, lift: Lift) -> tuple[list[dict[str, Poses]], list[Reference]]:
    """The lifted views of every test take, and one reference each for their size."""
    takes, references = [], []
    for labelled in dataset.test:
        views = {
            camera: lift(keypoints)
            for camera, keypoints in labelled.take.views.items()
            if camera in labelled.truth_3d and keypoints.seen.any()
        }
        if views:
            takes.append(views)
            references.append(labelled.truth_3d[next(iter(views))])
    return takes, references
