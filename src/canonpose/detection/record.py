"""What a detector found in a stretch of video, as it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Float32, Float64

from canonpose.errors import InputError
from canonpose.npz import read_arrays, write_arrays

_NEEDED = ("people", "times", "joint_names", "image_size", "fps", "notes")

Found = Float[np.ndarray, "_ joint 3"]


@dataclass(frozen=True, eq=False)
class Record:
    """The people in some frames in a row."""

    people: Float32[np.ndarray, "frame slot joint 3"]
    """(x, y, score); NaN with score 0 where missing."""
    times: Float64[np.ndarray, " frame"]
    """Seconds since the video's first frame."""
    joint_names: tuple[str, ...]
    image_size: tuple[int, int]
    fps: float
    notes: tuple[str, ...] = ()
    """What a user should know of the video, each time it is used."""

    def __len__(self) -> int:
        return len(self.times)

    def write(self, path: Path) -> None:
        """Write to an npz file, the same bytes for the same record.

        Raises
        ------
        InputError
            If it cannot be written.
        """
        arrays = {
            "people": self.people,
            "times": self.times,
            "joint_names": np.array(self.joint_names),
            "image_size": np.array(self.image_size, dtype=np.int64),
            "fps": np.array(self.fps),
            "notes": np.array(self.notes, dtype=np.str_),
        }
        write_arrays(arrays, path)


def read_record(path: Path, joint_names: Sequence[str]) -> Record:
    """Read what `Record.write` wrote.

    Raises
    ------
    InputError
        If the file is missing, damaged, or no record of these joints.
    """
    arrays = read_arrays(path, _NEEDED, what="detections")
    people, times, size = arrays["people"], arrays["times"], arrays["image_size"]
    shape = (len(times) if times.ndim == 1 else -1, *people.shape[1:2], len(joint_names), 3)
    sound = (
        people.shape == shape
        and people.dtype == np.float32
        and times.dtype == np.float64
        and tuple(arrays["joint_names"].ravel().tolist()) == tuple(joint_names)
        and bool((np.diff(times) > 0).all() and np.isfinite(times).all())
        and size.shape == (2,)
        and size.dtype == np.int64
        and arrays["fps"].shape == ()
        and arrays["fps"].dtype == np.float64
    )
    if not sound:
        raise InputError(f"{path}: is no record of detections; remove it.")
    width, height = size.tolist()
    fps, notes = float(arrays["fps"]), tuple(arrays["notes"].ravel().tolist())
    return Record(people, times, tuple(joint_names), (width, height), fps, notes)


def join(records: Sequence[Record]) -> Record:
    """Records of one video, one after the other, as one."""
    slots = max(1, *(record.people.shape[1] for record in records))
    return Record(
        people=np.concatenate([_padded(record.people, slots) for record in records]),
        times=np.concatenate([record.times for record in records]),
        joint_names=records[0].joint_names,
        image_size=records[0].image_size,
        fps=records[0].fps,
        notes=tuple(note for record in records for note in record.notes),
    )


def stacked_frames(found: Sequence[Found]) -> Float32[np.ndarray, "frame slot joint 3"]:
    """Frames with different numbers of people as one array; what is missing is NaN with score 0."""
    joints = found[0].shape[1]
    slots = max(1, *(len(people) for people in found))
    people = np.full((len(found), slots, joints, 3), np.nan, dtype=np.float32)
    for frame, everyone in enumerate(found):
        people[frame, : len(everyone)] = everyone
    missing = ~np.isfinite(people).all(-1) | ~(people[..., 2] > 0)
    people[..., :2][missing] = np.nan
    people[..., 2] = np.where(missing, 0, people[..., 2].clip(0, 1))
    return people


def _padded(
    people: Float32[np.ndarray, "frame slot joint 3"], slots: int
) -> Float32[np.ndarray, "frame more joint 3"]:
    more = np.full((len(people), slots, *people.shape[2:]), np.nan, dtype=np.float32)
    more[..., 2] = 0
    more[:, : people.shape[1]] = people
    return more
