"""One take: its cameras read, synchronised, and the same person chosen in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.flips.mending import mend_flips
from canonpose.people.choice import View, follow_across_views, to_keypoints
from canonpose.readers.folders import Cameras
from canonpose.readers.keypoints import read_detections
from canonpose.readers.synchronise import common_spans
from canonpose.skeleton import Skeleton, convert

FPS_TOLERANCE = 0.01
"""Relative; 29.97 and 30 count as the same."""


@dataclass(frozen=True)
class TakePlan:
    """What to read as one take, and how."""

    folder: Path
    """The capture's folder, for messages."""
    name: str
    cameras: Cameras
    layout: Skeleton | None = None
    offsets: Mapping[str, int] = field(default_factory=dict)
    persons: Mapping[str, int] = field(default_factory=dict)
    fps: float | None = None
    """In place of what the files say."""
    trim: bool = False
    leave_out_joints: Sequence[str] = ()
    mend_flips: bool = True
    """Whether left limbs taken for right ones are swapped back."""

    @property
    def where(self) -> str:
        """The take, for messages."""
        return f"{self.folder}: take {self.name!r}"


def read_views(plan: TakePlan) -> tuple[dict[str, Keypoints], list[str]]:
    """The views of one take, frame by frame, and notes on what was decided.

    Raises
    ------
    InputError
        If a file cannot be used, or the cameras do not fit each other.

    """
    _check_two_cameras(plan)
    views = [
        View.of(read_detections(path, plan.layout), name) for name, path in plan.cameras.items()
    ]
    _check_one_skeleton(views)
    fps = plan.fps or _common_fps(views, plan.where)
    spans = common_spans(views, plan.offsets, trim=plan.trim, where=plan.where)
    notes = _notes_on_frames(views, spans)
    views = [view.cut(*spans[view.camera]) for view in views]
    choices = follow_across_views(views, plan.persons)
    keypoints = {}
    for view, (slots, words) in zip(views, choices, strict=True):
        chosen = to_keypoints(view.detections, slots, camera=view.camera, person=words)
        keypoints[view.camera] = _without(replace(chosen, fps=fps), plan)
        if len(view.tracks) > 1:
            notes.append(f"camera {view.camera!r}: {words}")
    if plan.mend_flips:
        keypoints, mended = mend_flips(keypoints)
        notes += mended
    _check_seen_together(plan, keypoints)
    return keypoints, [f"take {plan.name!r}, {note}" for note in notes]


def _check_two_cameras(plan: TakePlan) -> None:
    if len(plan.cameras) < 2:
        which = f"only camera {next(iter(plan.cameras))!r}" if plan.cameras else "no camera"
        raise InputError(
            f"{plan.where} has {which} of those used; a take needs two or more cameras, so add "
            f"one or move the take out of the capture."
        )


def _check_one_skeleton(views: Sequence[View]) -> None:
    first = views[0].detections
    for view in views[1:]:
        check_same_skeleton(
            (first.source, first.skeleton), (view.detections.source, view.detections.skeleton)
        )


def check_same_skeleton(first: tuple[str, Skeleton], other: tuple[str, Skeleton]) -> None:
    """Refuse two sources, each a path with its skeleton, whose skeletons differ.

    Raises
    ------
    InputError
        If they do.

    """
    if first[1] == other[1]:
        return
    names = f"{other[1].name!r}, but {first[0]} has {first[1].name!r}"
    raise InputError(
        f"{other[0]}: has the skeleton {names} ({len(other[1].detected)} and "
        f"{len(first[1].detected)} joints); detect all cameras and takes with one layout."
    )


def _common_fps(views: Sequence[View], where: str) -> float | None:
    told = [(view.camera, view.detections.fps) for view in views if view.detections.fps]
    for camera, fps in told[1:]:
        first_camera, first = told[0]
        if first and fps and abs(fps - first) > FPS_TOLERANCE * first:
            raise InputError(
                f"{where}: camera {first_camera!r} has {first:g} fps, camera {camera!r} has "
                f"{fps:g}; resample one, leave it out, or set fps in capture.toml if the file "
                f"is wrong."
            )
    return told[0][1] if told else None


def _notes_on_frames(views: Sequence[View], spans: Mapping[str, tuple[int, int]]) -> list[str]:
    notes = []
    for view in views:
        (first, stop), length = spans[view.camera], len(view.detections)
        if stop > length:
            notes.append(f"camera {view.camera!r}: its last {stop - length} frames are empty")
        if first > 0 or stop < length:
            notes.append(
                f"camera {view.camera!r}: frames {first} to {stop - 1} of {length} are used"
            )
    return notes


def _without(keypoints: Keypoints, plan: TakePlan) -> Keypoints:
    """The keypoints less the joints to leave out."""
    if not plan.leave_out_joints:
        return keypoints
    try:
        kept = keypoints.skeleton.without(plan.leave_out_joints)
    except InputError as error:
        raise InputError(f"{plan.where}: leave_out_joints in capture.toml: {error}") from error
    positions, scores = convert(keypoints.positions, keypoints.scores, keypoints.skeleton, kept)
    return replace(keypoints, positions=positions, scores=scores, skeleton=kept)


def _check_seen_together(plan: TakePlan, views: Mapping[str, Keypoints]) -> None:
    seen = np.stack([view.seen.any(1) for view in views.values()])
    if not (seen.sum(0) >= 2).any():
        raise InputError(
            f"{plan.where}: no common frames, as in none do two of its cameras see the person; "
            f"check that its files belong together and give [offsets] in capture.toml."
        )
