"""AlphaPose's results JSON: a list of people, each with the name of its image."""

from pathlib import Path
from typing import Any

from canonpose.errors import InputError, NobodySeen
from canonpose.people.detections import Detections, Person, check_same_joints, stack_people
from canonpose.readers.checks import cleaned, triplets
from canonpose.readers.layouts import by_count
from canonpose.readers.names import frame_number
from canonpose.skeleton import Skeleton

LAYOUTS = {17: "coco17", 26: "halpe26"}


def read_results(path: Path, results: list[Any], layout: Skeleton | None = None) -> Detections:
    """Everyone in a list of results, of AlphaPose (image names) or COCO (image numbers).

    Such lists leave out frames in which nobody was seen. Frame numbers therefore count from 0, not
    from the first frame with a person, so that cameras stay synchronised. AlphaPose's own tracking
    (``idx``) is not used: people are linked over time in the same way for every format.

    Raises
    ------
    InputError
        If the list is empty, an entry lacks its image or keypoints, or the people have different
        numbers of joints.

    """
    people_of_frame: dict[int, list[Person]] = {}
    joints = None
    for place, entry in enumerate(results):
        number = _frame_of(entry, f"{path}: entry {place}")
        where = f"{path}: frame {number} (entry {place})"
        person = triplets(entry.get("keypoints"), where)
        joints = joints or len(person)
        check_same_joints(joints, person, where)
        people_of_frame.setdefault(number, []).append(person)
    if joints is None:
        raise NobodySeen(
            f"{path}: nobody is detected in any frame; "
            f"run the detector again or leave this camera out."
        )
    skeleton = by_count(joints, layout, LAYOUTS, str(path))
    people = cleaned(stack_people(people_of_frame, str(path), first=0), str(path))
    return Detections(people, skeleton, source=str(path), open_ended=True)


def _frame_of(entry: Any, where: str) -> int:
    image = entry.get("image_id") if isinstance(entry, dict) else None
    number = frame_number(image) if isinstance(image, str) else image
    if type(number) is not int or number < 0:
        raise InputError(
            f"{where}: has no image_id with a frame number (such as '12.jpg'); "
            f"write the file again."
        )
    return number
