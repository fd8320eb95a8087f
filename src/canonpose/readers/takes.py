"""One take: its cameras read, synchronised, and the same person chosen in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError, NobodySeen
from canonpose.flips.in_step import mend_in_step
from canonpose.people.agreement import VoteOn
from canonpose.people.detections import Detections
from canonpose.people.one_person import to_keypoints
from canonpose.people.person_across_views import follow_across_views
from canonpose.people.tracked_view import TrackedView
from canonpose.readers.common_clock import Timing
from canonpose.readers.folders import Cameras
from canonpose.readers.keypoints import read_detections
from canonpose.readers.synchronise import synchronised
from canonpose.readers.videos import Detect, detect_by_default, to_skeleton
from canonpose.skeleton import Skeleton, convert
from canonpose.video.opening import is_video


@dataclass(frozen=True)
class TakePlan:
    """What to read as one take, and how."""

    folder: Path
    """The capture's folder, for messages."""
    name: str
    cameras: Cameras
    layout: Skeleton | None = None
    offsets: Mapping[str, float] = field(default_factory=dict)
    drifts: Mapping[str, float] = field(default_factory=dict)
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

    @property
    def timing(self) -> Timing:
        """How the cameras' clocks differ."""
        return Timing(self.where, self.offsets, self.drifts, self.fps, self.trim)


def read_views(
    plan: TakePlan, detect: Detect = detect_by_default, vote: VoteOn | None = None
) -> tuple[dict[str, Keypoints], list[str]]:
    """The views of one take, frame by frame, and notes on what was decided.

    ``detect`` finds the people in videos; ``vote`` is a further opinion on who is who.

    Raises
    ------
    InputError
        If a file cannot be used, or the cameras do not fit each other.

    """
    return views_of(plan, read_recordings(plan, detect), vote)


def views_of(
    plan: TakePlan, recordings: Sequence[TrackedView], vote: VoteOn | None = None
) -> tuple[dict[str, Keypoints], list[str]]:
    """As `read_views`, of what `read_recordings` has read.

    Raises
    ------
    InputError
        If the cameras do not fit each other.
    """
    views, fps, said = synchronised(recordings, plan.timing)
    notes = [*left_out(plan, recordings), *said]
    choices = follow_across_views(views, plan.persons, vote)
    keypoints = {}
    for view, (slots, words) in zip(views, choices, strict=True):
        chosen = to_keypoints(view.detections, slots, camera=view.camera, person=words)
        keypoints[view.camera] = without_joints(
            replace(chosen, fps=fps), plan.leave_out_joints, plan.where
        )
        if len(view.tracks) > 1 or (slots < 0).sum() > (view.tracks[0] < 0).sum():
            notes.append(f"camera {view.camera!r}: {words}")
    if plan.mend_flips:
        keypoints, mended = mend_in_step(keypoints)
        notes += mended
    _check_seen_together(plan, keypoints)
    return keypoints, [f"take {plan.name!r}, {note}" for note in notes]


def read_recordings(plan: TakePlan, detect: Detect = detect_by_default) -> list[TrackedView]:
    """Everyone in every camera of a take, as recorded, before the cameras are synchronised.

    ``detect`` finds the people in videos. A camera that sees nobody is left out while there are
    two others; `left_out` tells which.

    Raises
    ------
    InputError
        If a file cannot be used, there is one camera only, or the skeletons differ.

    """
    _check_two_cameras(plan)
    found: dict[str, Detections] = {}
    unseen: list[NobodySeen] = []
    for name, path in plan.cameras.items():
        try:
            found[name] = read_detections(path, plan.layout, detect)
        except NobodySeen as error:
            unseen.append(error)
    if unseen and len(found) < 2:
        raise unseen[0]
    views = [TrackedView.of(seen, name) for name, seen in _as_files(found).items()]
    _check_one_skeleton(views)
    return views


def left_out(plan: TakePlan, recordings: Sequence[TrackedView]) -> list[str]:
    """Notes on the cameras that `read_recordings` left out."""
    used = {view.camera for view in recordings}
    return [
        f"camera {camera!r}: nobody is seen in {path.name}, so it is left out"
        for camera, path in plan.cameras.items()
        if camera not in used
    ]


def _check_two_cameras(plan: TakePlan) -> None:
    if len(plan.cameras) < 2:
        which = f"only camera {next(iter(plan.cameras))!r}" if plan.cameras else "no camera"
        raise InputError(
            f"{plan.where} has {which} of those used; a take needs two or more cameras, so add "
            f"one or move the take out of the capture."
        )


def _as_files(found: Mapping[str, Detections]) -> dict[str, Detections]:
    """Videos with the skeleton of the keypoint files beside them, where it has all their joints."""
    files = [seen.skeleton for seen in found.values() if not is_video(Path(seen.source))]
    if not files:
        return dict(found)
    target = files[0]
    return {
        name: to_skeleton(seen, target)
        if is_video(Path(seen.source)) and set(target.detected) <= set(seen.skeleton.joints)
        else seen
        for name, seen in found.items()
    }


def _check_one_skeleton(views: Sequence[TrackedView]) -> None:
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


def without_joints(keypoints: Keypoints, joints: Sequence[str], where: str) -> Keypoints:
    """Keypoints less the joints that ``capture.toml`` leaves out.

    Raises
    ------
    InputError
        If they lack one of the joints; ``where`` is what the message names.
    """
    if not joints:
        return keypoints
    try:
        kept = keypoints.skeleton.without(joints)
    except InputError as error:
        raise InputError(f"{where}: leave_out_joints in capture.toml: {error}") from error
    positions, scores = convert(keypoints.positions, keypoints.scores, keypoints.skeleton, kept)
    return replace(keypoints, positions=positions, scores=scores, skeleton=kept)


def _check_seen_together(plan: TakePlan, views: Mapping[str, Keypoints]) -> None:
    seen = np.stack([view.seen.any(1) for view in views.values()])
    if not (seen.sum(0) >= 2).any():
        raise InputError(
            f"{plan.where}: no common frames, as in none do two of its cameras see the person; "
            f"check that its files belong together and give [offsets] in capture.toml."
        )
