"""The detections that the paper's authors published: AlphaPose's, morphed, without any 3D.

A pickled dict: ``subjects`` [sample] (numbers), and by camera ``poses_2d_pred`` [sample, 32] (16 x,
then 16 y, in pixels) and ``confidences`` [sample, 16], in the joint order of layout canonpose16.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints, Take
from canonpose.datasets.dataset import LabelledTake
from canonpose.datasets.human36m.protocol import CAMERAS, TRAINING, skeleton
from canonpose.errors import InputError
from canonpose.files import short_list
from canonpose.pickles import read_pickle
from canonpose.readers.checks import cleaned

_TABLES = ("poses_2d_pred", "confidences")


def read_authors(path: Path) -> tuple[LabelledTake, ...]:
    """One take of each training subject, of its moments in the file's order.

    Raises
    ------
    InputError
        If the file cannot be used, or lacks a subject.
    """
    table = read_pickle(path, what="the detections of CanonPose's authors")
    subjects, cameras = _checked(table, path)
    for subject in TRAINING:
        if not (subjects == subject).any():
            raise InputError(
                f"{path}: subject {subject} is missing (it has {short_list(np.unique(subjects))}); "
                f"use the whole file."
            )
    views: dict[str, dict[str, Keypoints]] = {subject: {} for subject in TRAINING}
    for camera in cameras:
        # One camera after the other, each let go before the next: the file is large.
        people = _people(table, camera, len(subjects), f"{path}: camera {camera}")
        for subject in TRAINING:
            where = f"{path}: subject {subject}, camera {camera}"
            chosen = cleaned(people[subjects == subject][:, None], where)[:, 0]
            views[subject][camera] = Keypoints(
                positions=np.ascontiguousarray(chosen[..., :2]),
                scores=np.ascontiguousarray(chosen[..., 2]),
                skeleton=skeleton(),
                image_size=CAMERAS[camera],
                camera=camera,
                source=str(path),
            )
    return tuple(
        LabelledTake(Take(name=subject, views=views[subject], rig=subject, subject=subject))
        for subject in TRAINING
    )


def _checked(table: Any, path: Path) -> tuple[np.ndarray, list[str]]:
    """The subject of each sample, as "S5", and the cameras."""
    if not isinstance(table, dict) or not all(isinstance(table.get(t), dict) for t in _TABLES):
        raise InputError(
            f"{path}: has no {short_list(('subjects', *_TABLES))}, so it is not the file of "
            f"CanonPose's authors; get theirs."
        )
    cameras = [camera for camera in CAMERAS if all(camera in table[t] for t in _TABLES)]
    if len(cameras) < 2:
        raise InputError(
            f"{path}: has poses_2d_pred and confidences of {short_list(cameras) or 'no camera'}, "
            f"where two or more of {short_list(CAMERAS)} are needed; get the whole file."
        )
    names = np.asarray(table.get("subjects", ()))
    if names.ndim != 1 or names.dtype.kind not in "iufUS":
        raise InputError(f"{path}: subjects is no list of numbers; get the file again.")
    numbers, places = np.unique(names, return_inverse=True)
    called = [str(number).removeprefix("S").removesuffix(".0") for number in numbers.tolist()]
    return np.array([f"S{number}" for number in called])[places], cameras


def _people(
    table: Mapping[str, Any], camera: str, samples: int, where: str
) -> Float[np.ndarray, "sample joint 3"]:
    """Pixels and confidence, float32; the table's own are taken out of it."""
    joints = len(skeleton())
    positions, scores = (np.asarray(table[name].pop(camera)) for name in _TABLES)
    for name, array, width in zip(_TABLES, (positions, scores), (2 * joints, joints), strict=True):
        if array.dtype.kind not in "fiu" or array.shape != (samples, width):
            raise InputError(
                f"{where}: {name} is {array.dtype} {list(array.shape)} where numbers "
                f"[{samples}, {width}] belong; get the file again."
            )
    people = np.empty((samples, joints, 3), dtype=np.float32)
    people[..., :2] = positions.reshape(samples, 2, joints).swapaxes(1, 2)
    people[..., 2] = scores
    return people
