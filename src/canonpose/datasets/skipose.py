"""Ski-PosePTZ (Rhodin et al., CVPR 2018): skiers before six cameras that pan, tilt and zoom.

The official release, as it unpacks (also in ``Ski-PosePTZ-CameraDataset-png`` below the folder):
``train/labels.h5`` and ``test/labels.h5``, with an entry for each image in ``seq``, ``cam``,
``frame``, ``subj``, ``2D`` (17 joints x 2, as shares of a crop of 256x256 px) and ``3D`` (17
joints x 3 in the camera's frame, relative to the pelvis, in metres).

Optionally a detector's keypoints of the official images, as npz files beside ``train`` and
``test``: ``detections/train/seq_000/cam_00.npz`` and so on, frame by frame the images of that
folder in the order of their numbers, in pixels of the crop.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int

from canonpose.datamodel import Keypoints
from canonpose.datasets.dataset import Dataset, LabelledTake
from canonpose.datasets.detections import NO_DETECTIONS, has_detections, read_detections
from canonpose.datasets.hdf5 import read_hdf5
from canonpose.datasets.known_views import KnownView, common_skeleton, known_take
from canonpose.datasets.plausible import check_axes
from canonpose.errors import InputError
from canonpose.skeleton import Skeleton, layout

NAME = "skipose"
CROP = 256
"""Side of the images, in pixels."""
UNPACKED = "Ski-PosePTZ-CameraDataset-png"
UNSCORED = ("spine",)
"""The paper's 16 joints do without it."""
_MM_PER_METRE = 1000.0
_FLAT = ("seq", "cam", "frame", "subj")


def read(folder: Path) -> Dataset:
    """Read Ski-PosePTZ: the official split, its first training subject kept for morphing.

    A moment that a camera has no image of is missing there: NaN with score 0. Without a folder
    ``detections``, the exact 2D stands in for the detections.

    Raises
    ------
    InputError
        If a file is missing, damaged or of another layout.
    """
    folder = Path(folder)
    root = folder / UNPACKED if (folder / UNPACKED).is_dir() else folder
    train = _takes(root, "train")
    test = _takes(root, "test")
    notes = [] if has_detections(root) else [NO_DETECTIONS]
    first = min({one.take.subject for one in train}, key=int)
    morphing = tuple(one for one in train if one.take.subject == first)
    training = tuple(one for one in train if one.take.subject != first)
    if training:
        notes.append(f"subject {first} is kept for skeleton morphing, as in section 4.2")
    else:
        training, morphing = morphing, ()
        notes.append("there is one training subject only, so none is kept for skeleton morphing")
    return Dataset(
        name=NAME,
        training=training,
        test=test,
        cameras=tuple(sorted({camera for one in training for camera in one.take.views})),
        skeleton=common_skeleton((*train, *test)),
        static_cameras=False,
        scored_joints=tuple(j for j in _skeleton().joints if j not in UNSCORED),
        morphing=morphing,
        notes=tuple(notes),
    )


@dataclass(frozen=True, eq=False)
class _Labels:
    """What a file says of its images, one after the other."""

    path: Path
    numbers: Mapping[str, Int[np.ndarray, " image"]]
    pixels: Float[np.ndarray, "image joint 2"]
    positions: Float[np.ndarray, "image joint 3"]
    """In mm."""

    def images(self, **of: int) -> Int[np.ndarray, " chosen"]:
        """The images of a sequence, camera or subject, by rising frame number."""
        chosen = np.flatnonzero(np.all([self.numbers[k] == v for k, v in of.items()], axis=0))
        return chosen[np.argsort(self.numbers["frame"][chosen], kind="stable")]


def _skeleton() -> Skeleton:
    """Human3.6M's 17 joints."""
    return layout("human36m")


def _takes(root: Path, part: str) -> tuple[LabelledTake, ...]:
    labels = _read_labels(root / part / "labels.h5")
    check_axes(labels.pixels, labels.positions, str(labels.path))
    pairs = np.unique(np.stack([labels.numbers["seq"], labels.numbers["subj"]], axis=-1), axis=0)
    return tuple(_take(root, part, labels, int(seq), int(subj)) for seq, subj in pairs)


def _take(root: Path, part: str, labels: _Labels, sequence: int, subject: int) -> LabelledTake:
    here = labels.images(seq=sequence, subj=subject)
    moments = np.unique(labels.numbers["frame"][here])
    views = {}
    for number in np.unique(labels.numbers["cam"][here]):
        camera = f"cam_{number:02}"
        folder = labels.images(seq=sequence, cam=int(number))
        _check_once(labels, folder, f"sequence {sequence}, camera {number}")
        name = f"{part}/seq_{sequence:03}/{camera}"
        detected = read_detections(root, name, len(folder))
        mine = labels.numbers["subj"][folder] == subject
        images = folder[mine]
        places = np.searchsorted(moments, labels.numbers["frame"][images])
        views[camera] = KnownView(
            _spread(labels.pixels[images], places, len(moments)),
            _spread(labels.positions[images], places, len(moments)),
            _skeleton(),
            (CROP, CROP),
            str(labels.path),
            detected=_spread_view(detected, mine, places, len(moments)),
        )
    return known_take(f"seq_{sequence:03}_subject_{subject}", str(subject), views)


def _check_once(labels: _Labels, images: Int[np.ndarray, " chosen"], where: str) -> None:
    frames, counts = np.unique(labels.numbers["frame"][images], return_counts=True)
    if (counts > 1).any():
        raise InputError(
            f"{labels.path}: {where} has two images of frame {frames[counts > 1][0]}; copy the "
            f"official file again."
        )


def _spread(
    values: Float[np.ndarray, "image *joint"], places: Int[np.ndarray, " image"], moments: int
) -> Float[np.ndarray, "moment *joint"]:
    """Values at their moments; NaN at the others."""
    out = np.full((moments, *values.shape[1:]), np.nan, dtype=values.dtype)
    out[places] = values
    return out


def _spread_view(
    view: Keypoints | None, mine: np.ndarray, places: Int[np.ndarray, " image"], moments: int
) -> Keypoints | None:
    if view is None:
        return None
    scores = np.nan_to_num(_spread(view.scores[mine], places, moments))
    positions = _spread(view.positions[mine], places, moments)
    return replace(view, positions=positions, scores=scores)


def _read_labels(path: Path) -> _Labels:
    joints = len(_skeleton())
    what = "the folder that holds train/labels.h5 and test/labels.h5, as Ski-PosePTZ unpacks"
    entries = read_hdf5(path, (*_FLAT, "2D", "3D"), what=what)
    numbers = {name: entries[name].ravel().astype(np.int64) for name in _FLAT}
    images = len(numbers["seq"])
    wanted = {"2D": joints * 2, "3D": joints * 3} | dict.fromkeys(_FLAT, 1)
    for name, width in wanted.items():
        if entries[name].size != images * width:
            raise InputError(
                f"{path}: {name} is {list(entries[name].shape)} where {images} images with "
                f"{width} numbers each belong; copy the official file again."
            )
    shares = entries["2D"].reshape(images, joints, 2).astype(np.float32)
    if not images or np.nanmedian(np.abs(shares)) > 1:
        raise InputError(
            f"{path}: 2D is not given as shares of the crop, 0 to 1, as in the official release; "
            f"copy the official file again."
        )
    positions = entries["3D"].reshape(images, joints, 3).astype(np.float32) * _MM_PER_METRE
    return _Labels(path, numbers, shares * CROP, positions)
