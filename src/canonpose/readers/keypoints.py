"""One camera's keypoints, from whatever a path holds."""

from pathlib import Path

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.files import unreadable
from canonpose.people.choice_in_view import choose_in_view
from canonpose.people.detections import Detections
from canonpose.people.one_person import to_keypoints
from canonpose.people.tracked_view import TrackedView
from canonpose.readers.alphapose import read_results
from canonpose.readers.coco import read_coco
from canonpose.readers.files import read_json
from canonpose.readers.layouts import Layout, resolve
from canonpose.readers.names import camera_name
from canonpose.readers.npz import read_npz
from canonpose.readers.openpose import is_openpose_folder, read_openpose
from canonpose.readers.videos import Detect, detect_by_default, to_skeleton
from canonpose.skeleton import Skeleton
from canonpose.video.opening import is_video

FORMATS = (
    "a video, a keypoint npz, a folder of OpenPose JSON, AlphaPose results JSON or COCO keypoints "
    "JSON"
)


def read_keypoints(
    path: str | Path,
    *,
    layout: Layout | None = None,
    person: int | None = None,
    camera: str | None = None,
    detect: Detect = detect_by_default,
) -> Keypoints:
    """One person's keypoints in one camera.

    Parameters
    ----------
    path : path
        A video, a keypoint npz, a folder of OpenPose JSON, AlphaPose results JSON or COCO
        keypoints JSON.
    layout : Skeleton, layout name or TOML path, optional
        The skeleton of the file's joints, where the file does not tell or tells wrongly.
    person : int, optional
        Which person to take where there are several, from 1, by first appearance and then from
        left to right; the one that tracks best over time unless given.
    camera : str, optional
        The camera's name; the file's name unless given.
    detect : callable
        Path to `Detections`: how to find the people in a video; by the default detector, which
        keeps its results, unless given.

    Raises
    ------
    InputError
        If the file cannot be used; the message says why and what to do.

    """
    path = Path(path)
    camera = camera_name(path) if camera is None else camera
    view = TrackedView.of(read_detections(path, resolve(layout), detect), camera)
    index, words = choose_in_view(view, person)
    return to_keypoints(view.detections, view.tracks[index], camera=camera, person=words)


def read_detections(
    path: Path, layout: Skeleton | None = None, detect: Detect = detect_by_default
) -> Detections:
    """Everyone in one camera's file or folder.

    Parameters
    ----------
    path : path
    layout : Skeleton, optional
        Of a keypoint file's joints, where it does not tell; videos are brought to it by name.
    detect : callable
        How to find the people in a video.

    Raises
    ------
    InputError
        If it cannot be used.

    """
    try:
        if path.is_dir():
            return _read_folder(path, layout)
        path.stat()
    except OSError as error:
        raise unreadable(path, error) from error
    if path.suffix == ".json":
        return _read_json(path, layout)
    if path.suffix in (".npz", ".npy", ".pkl", ".pickle"):
        return read_npz(path, layout)
    if is_video(path):
        found = detect(path)
        return found if layout is None else to_skeleton(found, layout)
    raise InputError(f"{path}: is neither a video nor a keypoint file; pass {FORMATS}.")


def _read_folder(path: Path, layout: Skeleton | None) -> Detections:
    if is_openpose_folder(path):
        return read_openpose(path, layout)
    if not any(path.iterdir()):
        raise InputError(f"{path}: is an empty folder; pass {FORMATS}.")
    raise InputError(f"{path}: holds no OpenPose frames; pass {FORMATS} of one camera.")


def _read_json(path: Path, layout: Skeleton | None) -> Detections:
    held = read_json(path)
    if isinstance(held, list):
        return read_results(path, held, layout)
    if isinstance(held, dict) and "annotations" in held:
        return read_coco(path, held, layout)
    if isinstance(held, dict) and "people" in held:
        raise InputError(f"{path}: is one OpenPose frame; pass the folder that holds all of them.")
    raise InputError(f"{path}: is JSON, but neither AlphaPose results nor COCO; pass {FORMATS}.")
