"""Fewer frames of a take, with its truth, or of a view."""

from dataclasses import replace

from canonpose.datamodel import Keypoints
from canonpose.datasets.dataset import LabelledTake


def every_nth(labelled: LabelledTake, step: int) -> LabelledTake:
    """A take with every ``step``-th frame only, and a frame rate to match."""
    return LabelledTake(
        take=replace(
            labelled.take,
            views={c: every_nth_of(view, step) for c, view in labelled.take.views.items()},
        ),
        truth_3d={
            camera: replace(
                truth,
                positions=truth.positions[::step],
                valid=truth.valid[::step],
                fps=None if truth.fps is None else truth.fps / step,
            )
            for camera, truth in labelled.truth_3d.items()
        },
        truth_2d={camera: every_nth_of(view, step) for camera, view in labelled.truth_2d.items()},
    )


def every_nth_of(view: Keypoints, step: int) -> Keypoints:
    """One camera's keypoints with every ``step``-th frame only, and a frame rate to match."""
    return replace(
        view,
        positions=view.positions[::step],
        scores=view.scores[::step],
        fps=None if view.fps is None else view.fps / step,
    )
