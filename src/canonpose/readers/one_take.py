"""One take to be lifted: a folder of cameras, or their files one by one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.readers.capture import FoundCapture
from canonpose.readers.capture_toml import FILE_NAME, read_capture_toml
from canonpose.readers.folders import Cameras, find_takes
from canonpose.readers.keypoints import read_keypoints
from canonpose.readers.layouts import Layout, resolve
from canonpose.readers.names import camera_name
from canonpose.readers.openpose import is_openpose_folder
from canonpose.readers.takes import read_views
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
    detect: Detect = detect_by_default,
) -> ViewsOfTake:
    """Read the views of one take, synchronised, the same person in each.

    A ``capture.toml`` in the take's folder, or in the folder above it, counts as it does for the
    whole capture.

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
    detect : callable
        Path to `Detections`: how to find the people in a video.

    Raises
    ------
    InputError
        If there is not exactly one take, or a file of it cannot be used.
    """
    capture, take = _found(paths)
    chosen = resolve(layout) if layout is not None else capture.layout
    files = _used(capture, take, cameras)
    if len(files) == 1:
        ((camera, path),) = files.items()
        person = capture.settings.persons_of(take) | dict(persons or {})
        view = read_keypoints(
            path, layout=chosen, person=person.get(camera), camera=camera, detect=detect
        )
        return ViewsOfTake({camera: view}, files, capture.settings.static_cameras)
    plan = capture.plan(take, list(files), chosen, persons or {}, capture.settings.leave_out_joints)
    detect_ahead(detect, plan.cameras.values())
    views, notes = read_views(plan, detect)
    return ViewsOfTake(views, files, capture.settings.static_cameras, tuple(notes))


def _found(paths: Sequence[Path]) -> tuple[FoundCapture, str]:
    """The capture that the take is of, with no other take in it, and the take's name."""
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


def _used(capture: FoundCapture, take: str, asked: Sequence[str] | None) -> Cameras:
    there = capture.takes[take]
    for camera in asked or ():
        if camera not in there:
            raise InputError(
                f"{capture.folder}: there is no camera {camera!r}; there are "
                f"{short_list(there, 50)}."
            )
    kept = [camera for camera in there if camera not in capture.settings.leave_out]
    used = {camera: there[camera] for camera in (kept if asked is None else asked)}
    if not used:
        raise InputError(f"{capture.folder}: all its cameras are left out in capture.toml.")
    return used
