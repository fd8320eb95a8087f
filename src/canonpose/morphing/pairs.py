"""Which detected and true keypoints belong together."""

from collections.abc import Sequence

from canonpose.datamodel import Capture
from canonpose.datasets.dataset import LabelledTake
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.morphing.samples import Pair


def pairs_of(labelled_takes: Sequence[LabelledTake]) -> list[Pair]:
    """Detected and exact keypoints of every camera whose exact 2D is known.

    Raises
    ------
    InputError
        If there is none.
    """
    pairs = [
        (view, labelled.truth_2d[camera])
        for labelled in labelled_takes
        for camera, view in labelled.take.views.items()
        if camera in labelled.truth_2d
    ]
    if not pairs:
        raise InputError(
            "no held-back take has exact 2D joints, so there is nothing to learn a morphing from; "
            "leave it out, or use a data set with 2D annotations."
        )
    return pairs


def pairs_of_captures(detected: Capture, true: Capture) -> list[Pair]:
    """The views of two captures, by take and camera.

    Of captures with one take each, the takes need not have the same name.

    Raises
    ------
    InputError
        If the true capture lacks a take, or a camera of a take.
    """
    where, there = (short_list(capture.sources) for capture in (detected, true))
    takes = {take.name: take for take in true.takes}
    if len(detected.takes) == len(true.takes) == 1:
        takes = {detected.takes[0].name: true.takes[0]}
    pairs = []
    for take in detected.takes:
        if take.name not in takes:
            raise InputError(
                f"{there}: has no take {take.name!r}, which {where} has; add it there, or move it "
                f"out of {where}."
            )
        views = takes[take.name].views
        for camera, view in take.views.items():
            if camera not in views:
                raise InputError(
                    f"{there}: take {take.name!r} has no camera {camera!r}, which {where} has; "
                    f"add it there, or leave the camera out of both."
                )
            pairs.append((view, views[camera]))
    return pairs
