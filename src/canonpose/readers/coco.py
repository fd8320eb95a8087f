"""COCO keypoints JSON: images, annotations, and categories that name the joints."""

from pathlib import Path
from typing import Any

import numpy as np

from canonpose.errors import InputError, NobodySeen
from canonpose.people.detections import (
    Detections,
    People,
    Person,
    check_same_joints,
    stack_people,
)
from canonpose.readers.alphapose import LAYOUTS
from canonpose.readers.checks import cleaned, image_size_or_none, triplets
from canonpose.readers.layouts import by_count, by_names
from canonpose.readers.names import frame_number
from canonpose.skeleton import Skeleton


def read_coco(path: Path, table: dict[str, Any], layout: Skeleton | None = None) -> Detections:
    """Everyone in a COCO keypoints file, frame by frame as its images are numbered.

    Visibility flags (0, 1, 2) become confidence 0, 1 and 1; where the file holds confidences in
    their place, those are kept.

    Raises
    ------
    InputError
        If the images or annotations are missing or broken, or their joints are unknown.

    """
    frame_of_image = _frames(path, table.get("images"))
    people_of_frame: dict[int, list[Person]] = {n: [] for n in frame_of_image.values()}
    joints = None
    for place, entry in enumerate(_tables(path, table, "annotations")):
        image = entry.get("image_id")
        if not _is_id(image) or image not in frame_of_image:
            raise InputError(
                f"{path}: annotation {place} names image {image!r}, which is not among the "
                f"images; write the file again."
            )
        where = f"{path}: frame {frame_of_image[image]} (annotation {place})"
        person = triplets(entry.get("keypoints"), where)
        joints = joints or len(person)
        check_same_joints(joints, person, where)
        people_of_frame[frame_of_image[image]].append(person)
    if joints is None:
        raise NobodySeen(f"{path}: nobody is annotated in any frame; leave this camera out.")
    people = stack_people(people_of_frame, str(path))
    skeleton, order = _skeleton(path, table, joints, layout)
    people = cleaned(_flags_to_scores(people[:, :, order]), str(path))
    image_size = _image_size(path, table["images"])
    return Detections(people, skeleton, source=str(path), image_size=image_size)


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str)


def _tables(path: Path, table: dict[str, Any], entry: str) -> list[dict[str, Any]]:
    listed = table.get(entry)
    if not isinstance(listed, list) or not all(isinstance(item, dict) for item in listed):
        raise InputError(f"{path}: has no list of {entry}; write it again as COCO keypoints.")
    return listed


def _frames(path: Path, images: Any) -> dict[int | str, int]:
    """Image id to frame number: by file name where that tells them apart, else by id."""
    images = _tables(path, {"images": images}, "images")
    ids = [image.get("id") for image in images]
    if not images or len(set(map(str, ids))) != len(ids) or not all(map(_is_id, ids)):
        raise InputError(f"{path}: its images need an id each; write it again as COCO keypoints.")
    numbers = [frame_number(str(image.get("file_name", ""))) for image in images]
    if None not in numbers and len(set(numbers)) == len(numbers):
        return dict(zip(ids, numbers, strict=True))
    ordered = sorted(ids, key=lambda name: (len(str(name)), str(name)))
    return {name: frame for frame, name in enumerate(ordered)}


def _skeleton(
    path: Path, table: dict[str, Any], joints: int, layout: Skeleton | None
) -> tuple[Skeleton, np.ndarray]:
    """The skeleton that the categories name; without names, the one with so many joints."""
    categories = table.get("categories")
    named = [c["keypoints"] for c in categories or [] if isinstance(c, dict) and "keypoints" in c]
    if not named or (layout is not None and len(layout.detected) == joints):
        return by_count(joints, layout, LAYOUTS, str(path)), np.arange(joints)
    names = [str(name) for name in named[0]]
    if len(names) != joints:
        raise InputError(
            f"{path}: its category names {len(names)} joints, but people have {joints}; "
            f"write the file again."
        )
    return by_names(names, layout, str(path))


def _flags_to_scores(people: People) -> People:
    scores = people[..., 2]
    if np.isin(scores[~np.isnan(scores)], (0, 1, 2)).all():
        people = people.copy()
        people[..., 2] = np.minimum(scores, 1)
    return people


def _image_size(path: Path, images: list[dict[str, Any]]) -> tuple[int, int] | None:
    if images[0].get("width") is None or images[0].get("height") is None:
        return None
    return image_size_or_none((images[0]["width"], images[0]["height"]), str(path))
