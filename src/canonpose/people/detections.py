"""Everyone that one camera saw, before anyone is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.skeleton import Skeleton

Person = Float[np.ndarray, "joint 3"]
People = Float[np.ndarray, "frame slot joint 3"]


@dataclass(frozen=True, eq=False)
class Detections:
    """The people in one camera's file, frame by frame, not yet linked over time."""

    people: People
    """(x, y, score) of the skeleton's detected joints; a slot means nothing from one frame to the
    next. Missing is NaN with score 0."""
    skeleton: Skeleton
    source: str
    fps: float | None = None
    image_size: tuple[int, int] | None = None
    open_ended: bool = False
    """Whether the format leaves out frames without people, so that the file's end is not the
    recording's."""
    times: Float[np.ndarray, " frame"] | None = None
    """Seconds, counted from anywhere (a video's: from its first frame), where the file tells."""

    def __len__(self) -> int:
        return len(self.people)


def stack_people(
    people_of_frame: Mapping[int, Sequence[Person]], where: str, first: int | None = None
) -> People:
    """People listed by frame number as one array; frames that are not listed are empty.

    Parameters
    ----------
    people_of_frame : mapping
        Frame number to the people in it, all with the same joints; at least one person in all.
    where : str
        The file, for the message.
    first : int, optional
        The number of the first frame; the lowest that is listed unless given.

    Raises
    ------
    InputError
        If the numbers lie so far apart that they cannot be frame numbers.

    """
    first = min(people_of_frame) if first is None else first
    frames = max(people_of_frame) - first + 1
    if frames > 100 * len(people_of_frame) + 10_000:
        raise InputError(
            f"{where}: its {len(people_of_frame)} frames are numbered {first} to "
            f"{first + frames - 1}, with too many missing; number the frames one by one."
        )
    slots = max(len(people) for people in people_of_frame.values())
    joints = next(len(people[0]) for people in people_of_frame.values() if people)
    stacked = np.full((frames, slots, joints, 3), np.nan)
    for number, people in people_of_frame.items():
        for slot, person in enumerate(people):
            stacked[number - first, slot] = person
    return stacked


def check_same_joints(count: int, person: Person, where: str) -> None:
    """Refuse a person with another number of joints than the ones before.

    Raises
    ------
    InputError
        If so.

    """
    if len(person) != count:
        raise InputError(
            f"{where}: a person has {3 * len(person)} values where the people before have "
            f"{3 * count}; write the file again with one layout."
        )
