"""MPI-INF-3DHP (Mehta et al., 3DV 2017) under the paper's protocol (section 4.3).

The official release, as it unpacks, in one folder or in ``train`` and ``test`` (also
``mpi_inf_3dhp_test_set``) below it:

- ``S1`` to ``S8``, each with ``Seq1`` and ``Seq2``: ``annot.mat`` and ``camera.calibration``;
- ``TS1`` to ``TS6``: ``annot_data.mat``.

Optionally a detector's keypoints of the official videos and test images, as npz files:
``detections/S2/Seq1/video_0.npz`` and so on for the cameras used, and ``detections/TS1.npz``.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Bool

from canonpose.datamodel import Keypoints
from canonpose.datasets.camera_order import spread_order
from canonpose.datasets.dataset import Dataset, LabelledTake
from canonpose.datasets.detections import NO_DETECTIONS, has_detections, read_detections
from canonpose.datasets.known_views import KnownView, common_skeleton, known_take
from canonpose.datasets.mpi_inf_3dhp.annotations import (
    RELEASE,
    SKELETON,
    read_test,
    read_training,
)
from canonpose.datasets.mpi_inf_3dhp.calibration import read_skeletool
from canonpose.datasets.plausible import check_axes
from canonpose.errors import InputError

NAME = "3dhp"
CAMERAS = (0, 2, 4, 7, 8)
"""At chest height: those that are usually trained on."""
MORPHING = "S1"
TRAINING = ("S2", "S3", "S4", "S5", "S6", "S7", "S8")
SEQUENCES = ("Seq1", "Seq2")
TEST = ("TS1", "TS2", "TS3", "TS4", "TS5", "TS6")
OUTDOORS = ("TS5", "TS6")
"""Test sequences by another camera."""
SQUARE, WIDE = (2048, 2048), (1920, 1080)
"""Pixels of the videos."""
FAST = {("S1", "Seq2"), ("S3", "Seq1"), ("S3", "Seq2"), ("S5", "Seq1"), ("S5", "Seq2")}
"""At 50 frames per second, the others at 25."""
SCORED = tuple(joint for joint in SKELETON.joints if joint not in ("pelvis", "spine", "head"))
"""The joints over which the official evaluation takes PCK and AUC."""
_TEST_FOLDERS = ("", "test", "mpi_inf_3dhp_test_set", "mpi_inf_3dhp_test_set/mpi_inf_3dhp_test_set")


def read(folder: Path) -> Dataset:
    """Read MPI-INF-3DHP: S2 to S8 to train on, the valid frames of TS1 to TS6 to test on.

    S1 is kept for skeleton morphing. Without a folder ``detections``, the exact 2D stands in for
    the detections.

    Raises
    ------
    InputError
        If a sequence is missing or a file cannot be used; the message says which.
    """
    folder = Path(folder)
    train = _root(folder, ("", "train"), TRAINING[0])
    test = _root(folder, _TEST_FOLDERS, TEST[0])
    notes = [
        f"trained on the cameras at chest height, {', '.join(map(str, CAMERAS))}; the paper does "
        f"not say which it used",
        "scored against univ_annot3, over the 14 joints of the official PCK; the official MPJPE is "
        "over all 17",
    ]
    if not has_detections(folder):
        notes.append(NO_DETECTIONS)
    morphing: tuple[LabelledTake, ...] = ()
    if (train / MORPHING).is_dir():
        morphing = tuple(_training_take(folder, train, MORPHING, s) for s in SEQUENCES)
    else:
        notes.append(f"{MORPHING} is not there, so skeleton morphing cannot be learned")
    training = tuple(_training_take(folder, train, s, q) for s in TRAINING for q in SEQUENCES)
    tested = tuple(_test_take(folder, test, name) for name in TEST)
    return Dataset(
        name=NAME,
        training=training,
        test=tested,
        cameras=_order(train / TRAINING[0] / SEQUENCES[0] / "camera.calibration"),
        skeleton=common_skeleton((*training, *morphing, *tested)),
        static_cameras=True,
        scored_joints=SCORED,
        morphing=morphing,
        notes=tuple(notes),
    )


def _root(folder: Path, below: tuple[str, ...], name: str) -> Path:
    for part in below:
        if (folder / part / name).is_dir():
            return folder / part
    places = " or ".join(repr(part) for part in below if part)
    raise InputError(
        f"{folder}: has no folder {name!r}, neither directly nor in {places}; give {RELEASE}."
    )


def _order(path: Path) -> tuple[str, ...]:
    """The cameras used, the first k of them well spread."""
    cameras = read_skeletool(path)
    if missing := [number for number in CAMERAS if str(number) not in cameras]:
        raise InputError(f"{path}: has no camera {missing[0]}; copy the official file again.")
    return spread_order({_video(number): cameras[str(number)] for number in CAMERAS})


def _video(camera: int) -> str:
    """A camera by the name of its official video."""
    return f"video_{camera}"


def _training_take(folder: Path, root: Path, subject: str, sequence: str) -> LabelledTake:
    path = root / subject / sequence / "annot.mat"
    annotations = read_training(path, CAMERAS)
    lengths = {len(annotation) for annotation in annotations.values()}
    if len(lengths) > 1:
        raise InputError(
            f"{path}: its cameras have different numbers of frames, "
            f"{' and '.join(map(str, sorted(lengths)))}; copy the official file again."
        )
    fps = 50.0 if (subject, sequence) in FAST else 25.0
    views = {}
    for camera, annotation in annotations.items():
        check_axes(annotation.pixels, annotation.positions, f"{path}: camera {camera}")
        name = f"{subject}/{sequence}/{_video(camera)}"
        views[_video(camera)] = KnownView(
            annotation.pixels,
            annotation.positions,
            SKELETON,
            SQUARE,
            str(path),
            fps,
            read_detections(folder, name, len(annotation)),
        )
    return known_take(f"{subject}_{sequence}", subject, views)


def _test_take(folder: Path, root: Path, name: str) -> LabelledTake:
    path = root / name / "annot_data.mat"
    annotation, valid = read_test(path)
    if not valid.any():
        raise InputError(f"{path}: no frame is valid; copy the official file again.")
    check_axes(annotation.pixels, annotation.positions, str(path))
    detected = read_detections(folder, name, len(annotation))
    view = KnownView(
        annotation.pixels[valid],
        annotation.positions[valid],
        SKELETON,
        WIDE if name in OUTDOORS else SQUARE,
        str(path),
        detected=_some_frames(detected, valid),
    )
    return known_take(name, name, {name: view})


def _some_frames(view: Keypoints | None, chosen: Bool[np.ndarray, "frame"]) -> Keypoints | None:
    if view is None:
        return None
    return replace(view, positions=view.positions[chosen], scores=view.scores[chosen])
