"""A lifter on a test set: every frame of every camera by itself."""

from collections.abc import Callable

from canonpose.datamodel import Keypoints, Poses
from canonpose.datasets import Dataset
from canonpose.errors import InputError
from canonpose.metrics import Evaluation, evaluate_views
from canonpose.readers.reference import Reference

Lift = Callable[[Keypoints], Poses]


def lifted(dataset: Dataset, lift: Lift) -> dict[str, tuple[Poses, Reference]]:
    """Every test view with a truth: its poses, and what they should be.

    Raises
    ------
    InputError
        If no test view has a truth.
    """
    views = {}
    for labelled in dataset.test:
        for camera, keypoints in labelled.take.views.items():
            if camera in labelled.truth_3d and keypoints.seen.any():
                label = f"{labelled.take.name}/{camera}"
                views[label] = lift(keypoints), labelled.truth_3d[camera]
    if not views:
        raise InputError(f"{dataset.name}: no test view has 3D truth, so nothing can be scored.")
    return views


def evaluated(dataset: Dataset, lift: Lift) -> Evaluation:
    """Scores over all test views, of the joints that the protocol scores."""
    return evaluate_views(lifted(dataset, lift), joints=dataset.scored_joints)
