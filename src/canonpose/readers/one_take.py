"""One take to be lifted: a folder of cameras, or their files one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.people.tracked_view import TrackedView
from canonpose.readers.capture import FoundCapture, check_persons_are_used
from canonpose.readers.capture_toml import FILE_NAME, read_capture_toml
from canonpose.readers.common_clock import Timing
from canonpose.readers.folders import Cameras, find_takes
from canonpose.readers.layouts import Layout, resolve
from canonpose.readers.names import camera_name
from canonpose.readers.openpose import is_openpose_folder
from canonpose.readers.synchronise import synchronised
from canonpose.readers.takes import read_recordings, views_of
from canonpose.readers.videos import Detect, detect_ahead, detect_by_default


@dataclass(frozen=True, eq=False)
class ViewsOfTake:
    """What the cameras of one take saw."""

    views: Mapping[str, Keypoints]
    """Frame by frame at the same moments."""
    files: Cameras
    """Where each view was read from."""
    static_cameras: bool | None
    """What the capture's settings say."""
    timing: Timing
    """How the cameras' clocks differ."""
    counters: tuple[TrackedView, ...]
    """As if each camera that is used had filmed a counter of its own frames."""
    notes: tuple[str, ...] = ()


def is_one_view(path: Path) -> bool:
    """Whether a path holds a single camera: a file, or a folder of OpenPose frames."""
    return not path.is_dir() or is_openpose_folder(path)


def read_take(
    paths: Sequence[Path],
    *,
    cameras: Sequence[str] | None = None,
    layout: Layout | None = None,
    persons: Mapping[str, int] | None = None,
    fps: float | None = None,
    detect: Detect = detect_by_default,
) -> ViewsOfTake:
    """Read the views of one take, synchronised, the same person in each.

    A ``capture.toml`` in the take's folder, or in the folder above it, counts as it does for the
    whole capture. A take of one camera is read as `canonpose.readers.one_view.only_view` says.

    Parameters
    ----------
    paths : sequence of path
        The folder of a take; or a file (or OpenPose folder) for every camera.
    cameras : sequence of str, optional
        The cameras to use, in this order; all that are not left out unless given.
    layout : Skeleton, layout name or TOML path, optional
        The skeleton of the files' joints, where they do not tell or tell wrongly.
    persons : mapping, optional
        Camera to the number of the person to take there, from 1.
    fps : float, optional
        Frames per second, in place of what the settings and the files say.
    detect : callable
        Path to `Detections`: how to find the people in a video.

    Raises
    ------
    InputError
        If there is not exactly one take, only one camera of it is used, a file of it cannot be
        used, or a person is asked for in a camera that is not.
    """
    capture, take = found_take(paths)
    chosen = resolve(layout) if layout is not None else capture.layout
    files = used_cameras(capture, take, cameras)
    check_persons_are_used(persons or {}, files)
    plan = capture.plan(take, list(files), chosen, persons or {}, capture.settings.leave_out_joints)
    plan = replace(plan, fps=plan.fps if fps is None else fps)
    detect_ahead(detect, plan.cameras.values())
    recordings = read_recordings(plan, detect)
    views, notes = views_of(plan, recordings)
    static = capture.settings.static_cameras
    counters = tuple(_counter(recording) for recording in recordings)
    return ViewsOfTake(views, files, static, plan.timing, counters, tuple(notes))


def moments_of_frames(take: ViewsOfTake) -> dict[str, Int[np.ndarray, " frame"]]:
    """Which of a take's moments is nearest to each frame of a camera's own file.

    The views hold the moments that all cameras share, which may begin within a file, and come at
    another rate than its frames.

    Returns
    -------
    dict
        Camera to the number of a moment for every frame, -1 before the first and after the last.
    """
    shared, _, _ = synchronised(take.counters, take.timing)
    return {
        own.camera: _nearest(seen.detections.people[:, 0, 0, 0], len(own.detections))
        for own, seen in zip(take.counters, shared, strict=True)
    }


def _counter(view: TrackedView) -> TrackedView:
    """A counter of a recording's frames in place of people, so that synchronising tells of each."""
    frames = len(view.detections)
    people = np.ones((frames, 1, 1, 3))
    people[:, 0, 0, 0] = np.arange(frames)
    tracks = np.zeros((1, frames), dtype=int)
    return replace(view, detections=replace(view.detections, people=people), tracks=tracks)


def _nearest(shown: Float[np.ndarray, " moment"], frames: int) -> Int[np.ndarray, " frame"]:
    """The moment nearest to each frame, by the frame that each moment shows, NaN where none."""
    known = np.flatnonzero(np.isfinite(shown))
    if not len(known):
        return np.full(frames, -1)
    moments = np.interp(np.arange(frames), shown[known], known, left=-1, right=-1)
    return np.floor(moments + 0.5).astype(int)


def found_take(paths: Sequence[Path]) -> tuple[FoundCapture, str]:
    """The capture that a take is of, with no other take in it, and the take's name.

    Parameters
    ----------
    paths : sequence of path
        The folder of a take; or a file (or OpenPose folder) for every camera.

    Raises
    ------
    InputError
        If there is not exactly one take, two files are of one camera, or the settings are wrong.
    """
    if len(paths) == 1 and not is_one_view(paths[0]):
        folder = paths[0]
        takes = find_takes(folder)
        if len(takes) > 1:
            raise InputError(
                f"{folder}: holds several takes ({short_list(takes)}); give the folder of one."
            )
        ((take, cameras),) = takes.items()
    else:
        folder = paths[0].absolute().parent
        take, cameras = folder.name, {}
        for path in paths:
            name = camera_name(path)
            if name in cameras:
                raise InputError(
                    f"{path}: is a second file of camera {name!r} beside {cameras[name]}; give "
                    f"one file for each camera."
                )
            cameras[name] = path
    own = (folder / FILE_NAME).exists()
    settings = read_capture_toml(folder if own else folder.absolute().parent)
    return FoundCapture(folder, folder.absolute().name, {take: cameras}, settings), take


def used_cameras(capture: FoundCapture, take: str, asked: Sequence[str] | None) -> Cameras:
    """The cameras of a take that are asked for, in that order, else all that are not left out.

    Raises
    ------
    InputError
        If a camera is asked for that there is not, or none is left.
    """
    there = capture.takes[take]
    for camera in asked or ():
        if camera not in there:
            raise InputError(
                f"{capture.folder}: there is no camera {camera!r}; there are "
                f"{short_list(there, 50)}."
            )
    kept = [
        c for c in capture.not_left_out(take, list(there)) if c not in capture.settings.leave_out
    ]
    used = {camera: there[camera] for camera in (kept if asked is None else asked)}
    if not used:
        raise InputError(f"{capture.folder}: all its cameras are left out in capture.toml.")
    return used
