"""AIST++: dancers before nine cameras, with a detector's keypoints and optimised 3D.

The official annotations (Li, Yang, Ross and Kanazawa, ICCV 2021; CC BY 4.0), as they unpack:

- ``keypoints2d/<sequence>.pkl``: ``keypoints2d`` [camera, frame, joint, (x, y, confidence)];
- ``keypoints3d/<sequence>.pkl``: ``keypoints3d_optim`` [frame, joint, 3], in cm;
- ``cameras/mapping.txt``: sequence and setting on each line; ``cameras/<setting>.json``;
- ``splits/pose_train.txt`` and ``pose_test.txt``, by dancers; ``ignore_list.txt``.

A folder of some clips in the layout of `canonpose.datasets.folder` is read as well.
"""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from canonpose.datasets import folder as clips
from canonpose.datasets.aistpp.annotations import CAMERAS, SKELETON, AnnotationFiles
from canonpose.datasets.dataset import Dataset
from canonpose.errors import InputError

NAME = "aistpp"
ORDER = ("c01", "c03", "c06", "c08", "c02", "c07", "c04", "c09", "c05")
"""Eight stand around the dancer at every 45 degrees; c09 is below c01, and c05 opposite to it."""
FOUR = ORDER[:4]


def read(folder: Path, *, cameras: Sequence[str] | None = None, sequences: str = "*") -> Dataset:
    """Read AIST++: the dancers of the official split to train on, and those to test on.

    Cameras of one setting are one rig: no camera was moved between its takes. All of AIST++ takes
    about 7 GB of memory; with ``sequences``, only those are read.

    Parameters
    ----------
    folder : path
        The unpacked annotations, or a folder of clips.
    cameras : sequence of str, optional
        The cameras to use, in the order in which the first k are to be taken; all nine of the
        annotations, and c01, c03, c06 and c08 of clips, unless given.
    sequences : str
        A pattern that the names of the sequences to read match: "gBR_sBM_*".

    Raises
    ------
    InputError
        If something is missing or damaged.
    """
    folder = Path(folder)
    if not (folder / "keypoints2d").is_dir() and (folder / "train").is_dir():
        return clips.read(folder, cameras=cameras or FOUR, one_rig=True, name=NAME)
    used = tuple(cameras or ORDER)
    if unknown := [camera for camera in used if camera not in CAMERAS]:
        raise InputError(f"{folder}: has no camera {unknown[0]!r}; it has {', '.join(CAMERAS)}.")
    files = AnnotationFiles.of(folder)
    ignored = set(files.lines("ignore_list.txt"))
    parts = {}
    for part in ("train", "test"):
        listed = [s for s in files.lines(f"splits/pose_{part}.txt") if fnmatchcase(s, sequences)]
        parts[part] = tuple(files.take(name, used) for name in listed if name not in ignored)
        if not parts[part]:
            raise InputError(
                f"{folder}: no sequence of splits/pose_{part}.txt is called {sequences!r}; choose "
                f"another pattern."
            )
    return Dataset(
        name=NAME,
        training=parts["train"],
        test=parts["test"],
        cameras=used,
        skeleton=SKELETON,
        static_cameras=True,
        scored_joints=tuple(j for j in SKELETON.detected if j not in clips.FACE),
        notes=_notes(ignored, used),
    )


def _notes(ignored: Collection[str], used: Sequence[str]) -> tuple[str, ...]:
    notes = [
        f"the {len(ignored)} sequences of ignore_list.txt are left out, and so is the official "
        f"validation part",
        "the reference is keypoints3d_optim: triangulated from detections and smoothed, not "
        "measured",
    ]
    if "c05" in used:
        notes.append("camera c05 is out of sync in some sequences; leave it out where sync matters")
    return tuple(notes)
