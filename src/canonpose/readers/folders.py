"""What lies where in a capture: takes, and one video, file or OpenPose folder per camera."""

from pathlib import Path

from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.npz import entry_names
from canonpose.readers.files import list_folder, natural_key
from canonpose.readers.names import camera_name
from canonpose.readers.npz import holds_lifted_poses
from canonpose.readers.openpose import is_openpose_folder
from canonpose.readers.reference import NEEDED as REFERENCE
from canonpose.video.opening import is_video

Cameras = dict[str, Path]
"""Camera name to its file or folder."""

NO_CAMERAS = ("calibration", "cameras", "reference", "solve")
"""Names of files that people keep beside keypoints, or have canonpose write there."""


def find_takes(folder: Path) -> dict[str, Cameras]:
    """The takes of a capture and their cameras, both in natural order.

    A folder that directly holds cameras is a capture of one take. A video counts as a
    camera unless keypoints of that camera lie beside it. Anything else is passed over: notes,
    pictures, calibrations, references, lifted poses, folders without cameras; so is a single file
    beside folders of takes.

    Raises
    ------
    InputError
        If there is no take, or two files of a take are named after the same camera.

    """
    entries = list_folder(folder) if folder.is_dir() or not folder.exists() else None
    if entries is None:
        raise InputError(
            f"{folder}: is one file, but a capture is a folder with a file for each of two or "
            f"more cameras; pass that folder."
        )
    if is_openpose_folder(folder):
        raise InputError(
            f"{folder}: holds the OpenPose frames of one camera; pass the folder above it, with "
            f"a folder for each of two or more cameras."
        )
    if not entries:
        raise InputError(f"{folder}: is an empty folder; put the takes or the cameras into it.")
    cameras = find_cameras(folder)
    takes = {
        entry.name: found
        for entry in entries
        if entry.is_dir() and not is_openpose_folder(entry) and (found := find_cameras(entry))
    }
    if len(cameras) > 1 or (cameras and not takes):
        return {folder.absolute().name: cameras}
    if not takes:
        raise InputError(
            f"{folder}: holds neither cameras (videos, .npz of keypoints, .json, OpenPose folders) "
            f"nor takes with cameras, only {short_list(entry.name for entry in entries)}; check "
            f"the path."
        )
    return takes


def find_cameras(folder: Path) -> Cameras:
    """The cameras that lie directly in a folder, in natural order.

    Raises
    ------
    InputError
        If two files are named after the same camera, or the folder cannot be read.
    """
    cameras: Cameras = {}
    entries = list_folder(folder)
    keypoints = [entry for entry in entries if _holds_keypoints(entry)]
    detected = {camera_name(entry) for entry in keypoints}
    videos = [e for e in entries if is_video(e) and e.is_file() and camera_name(e) not in detected]
    for entry in sorted([*keypoints, *videos], key=lambda entry: natural_key(entry.name)):
        name = camera_name(entry)
        if name in cameras:
            raise InputError(
                f"{entry}: is a second file of camera {name!r} beside {cameras[name].name}; "
                f"keep one of the two."
            )
        cameras[name] = entry
    return cameras


def _holds_keypoints(entry: Path) -> bool:
    if entry.is_dir():
        return is_openpose_folder(entry)
    if entry.suffix not in (".npz", ".json") or entry.stem in NO_CAMERAS:
        return False
    if entry.suffix == ".json":
        return not _looks_like_a_calibration(entry)
    return not (holds_lifted_poses(entry) or _holds_reference(entry))


def _looks_like_a_calibration(path: Path) -> bool:
    """Whether a JSON file lists cameras, told from a look at its beginning."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False  # which is said when it is read
    return b'"matrix"' in head and b'"keypoints"' not in head


def _holds_reference(path: Path) -> bool:
    """Whether an npz file is a 3D reference, as ``solve`` and ``lift --world`` write them."""
    names = entry_names(path)
    return names.issuperset(REFERENCE) and "keypoints" not in names
