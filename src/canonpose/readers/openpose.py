"""OpenPose's folder of JSON files, one a frame."""

from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError, NobodySeen
from canonpose.people.detections import Detections, Person, check_same_joints, stack_people
from canonpose.readers.checks import cleaned, triplets
from canonpose.readers.files import list_folder, read_json
from canonpose.readers.layouts import by_count
from canonpose.readers.names import frame_number
from canonpose.skeleton import Skeleton, layout

LAYOUTS = {18: "coco18", 25: "body25", 26: "halpe26", 17: "coco17"}
"""Other tools write Halpe-26 and COCO-17 in OpenPose's form."""
CLEARLY = 2.0
"""How many times better one 25-joint layout must fit than the other to be taken for granted."""
GOOD_FIT = 0.1
"""Body sizes; what a fit is compared with where the other layout's joints are not seen."""


def is_openpose_folder(folder: Path) -> bool:
    """Whether a folder directly holds OpenPose frames (told from a look into its first files)."""
    frames = [entry for entry in list_folder(folder) if entry.suffix == ".json"]
    return any(_looks_like_a_frame(path) for path in frames[:3])


def _looks_like_a_frame(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(4096).lstrip()
    except OSError:
        return False
    return head.startswith(b"{") and b'"people"' in head


def read_openpose(folder: Path, layout: Skeleton | None = None) -> Detections:
    """Everyone in a folder of OpenPose frames.

    Frames are numbered by their file names, from the first file on; a number without a file is a
    frame in which nobody was seen.

    Raises
    ------
    InputError
        If the folder holds no frames, a frame is broken, the people have different numbers of
        joints, or two 25-joint layouts fit equally well.

    """
    people_of_frame: dict[int, list[Person]] = {}
    joints = None
    for number, path in sorted(_numbered_files(folder).items()):
        found = _read_frame(path, f"{path}: frame {number}")
        for person in found:
            joints = joints or len(person)
            check_same_joints(joints, person, f"{path}: frame {number}")
        people_of_frame[number] = found
    if joints is None:
        raise NobodySeen(
            f"{folder}: nobody is detected in any of its {len(people_of_frame)} frames; "
            f"run the detector again or leave this camera out."
        )
    people = cleaned(stack_people(people_of_frame, str(folder)), str(folder))
    skeleton = by_count(joints, layout, LAYOUTS, str(folder))
    if layout is None and joints == 25:
        skeleton = _tell_25_joints(people, str(folder))
    return Detections(people, skeleton, source=str(folder))


def _numbered_files(folder: Path) -> dict[int, Path]:
    numbered: dict[int, Path] = {}
    for path in list_folder(folder):
        if path.suffix != ".json":
            continue
        number = frame_number(path.name)
        if number is None:
            raise InputError(f"{path}: its name holds no frame number; rename or remove it.")
        if number in numbered:
            raise InputError(
                f"{path}: has the same frame number as {numbered[number].name}; keep the frames of "
                f"one camera and one recording in a folder."
            )
        numbered[number] = path
    if not numbered:
        raise InputError(f"{folder}: holds no keypoint files; check the path.")
    return numbered


def _read_frame(path: Path, where: str) -> list[Person]:
    table = read_json(path)
    people = table.get("people") if isinstance(table, dict) else None
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise InputError(
            f"{where}: is not an OpenPose frame (it has no list of people); "
            f"write it again or move it out of the folder."
        )
    return [triplets(_body_of(person), where) for person in people if _body_of(person) != []]


def _body_of(person: dict[str, Any]) -> Any:
    """The body's flat list; old versions of OpenPose name it without ``_2d``."""
    return person.get("pose_keypoints_2d", person.get("pose_keypoints"))


def _tell_25_joints(people: Float[np.ndarray, "frame slot 25 3"], where: str) -> Skeleton:
    """BODY_25 or BODY_25B, by where their joints lie.

    Joint 8 of BODY_25 is the middle of the hips 9 and 12; joint 17 of BODY_25B is the neck, by the
    middle of the shoulders 5 and 6.
    """
    body25 = _distance_to_middle(people, 8, (9, 12))
    body25b = _distance_to_middle(people, 17, (5, 6))
    if CLEARLY * body25 <= body25b:
        return layout("body25")
    if CLEARLY * body25b <= body25:
        return layout("body25b")
    raise InputError(
        f"{where}: its 25 joints could be BODY_25 or BODY_25B; pass the layout, body25 or body25b."
    )


def _distance_to_middle(
    people: Float[np.ndarray, "frame slot 25 3"], joint: int, ends: tuple[int, int]
) -> float:
    """Median distance of a joint from the middle of two others, in body sizes."""
    bodies = people.reshape(-1, *people.shape[2:])
    bodies = bodies[(bodies[:, [joint, *ends], 2] > 0).all(1)][..., :2]
    if not len(bodies):
        return GOOD_FIT
    sizes = np.linalg.norm(np.nanmax(bodies, 1) - np.nanmin(bodies, 1), axis=-1)
    offsets = np.linalg.norm(bodies[:, joint] - bodies[:, list(ends)].mean(1), axis=-1)
    return float(np.median(offsets / np.maximum(sizes, 1e-6)))
