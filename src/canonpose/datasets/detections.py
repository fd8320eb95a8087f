"""A detector's keypoints beside official annotations, which hold exact 2D only.

They lie in a folder ``detections`` in the data set's folder, one keypoint npz for each of the
official videos or image folders, named after it. Either all are there or none is.
"""

from pathlib import Path

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.readers.keypoints import read_keypoints

FOLDER = "detections"
NO_DETECTIONS = (
    "the official release holds no detections, so the exact 2D stands in for them; put a "
    "detector's keypoints into its folder 'detections' to train as the paper did"
)


def has_detections(folder: Path) -> bool:
    """Whether a data set's folder has a detector's keypoints."""
    return (folder / FOLDER).is_dir()


def read_detections(folder: Path, name: str, frames: int) -> Keypoints | None:
    """The detections of one official video; None where the data set has none.

    Parameters
    ----------
    folder : path
        The data set's.
    name : str
        The video's, with the folders above it: "S2/Seq1/video_0".
    frames : int
        How many the video has.

    Raises
    ------
    InputError
        If the file is missing, cannot be used, or has another number of frames.
    """
    if not has_detections(folder):
        return None
    path = folder / FOLDER / f"{name}.npz"
    if not path.exists():
        raise InputError(
            f"{path}: is missing, so some videos have detections and this one has none; write its "
            f"keypoints there, or move the folder {FOLDER!r} away to use the exact 2D."
        )
    keypoints = read_keypoints(path)
    if len(keypoints) != frames:
        raise InputError(
            f"{path}: has {len(keypoints)} frames, but the annotations have {frames}; detect every "
            f"frame of the official video, without resampling it."
        )
    return keypoints
