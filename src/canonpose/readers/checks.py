"""What every reader's numbers go through, whatever the format."""

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from canonpose.errors import InputError, NobodySeen


def cleaned(
    people: Float[np.ndarray, "frame slot joint 3"], where: str
) -> Float[np.ndarray, "frame slot joint 3"]:
    """Detections as the data model wants them: missing is NaN with score 0, scores are 0..1.

    Some detectors report confidences above 1, and write a joint that they did not find as a
    position of 0 with confidence 0.

    Parameters
    ----------
    people : array [frame, slot, joint, (x, y, score)]
        Pixels and confidence; NaN where missing.
    where : str
        The file, for the message.

    Raises
    ------
    InputError
        If a value is infinite.
    NobodySeen
        If nothing at all is detected.

    """
    infinite = np.isinf(people).any((1, 2, 3))
    if infinite.any():
        raise InputError(
            f"{where}: frame {int(infinite.argmax())} holds an infinite value; write NaN "
            f"with confidence 0 for what was not detected."
        )
    people = people.astype(np.float32)
    if np.isinf(people).any():
        raise InputError(f"{where}: holds values too large for pixels; write the file again.")
    missing = np.isnan(people).any(-1) | (people[..., 2] <= 0)
    people[..., :2][missing] = np.nan
    people[..., 2] = np.where(missing, 0, people[..., 2].clip(0, 1))
    if missing.all():
        raise NobodySeen(
            f"{where}: no joint is detected with a confidence above 0 in any frame; "
            f"run the detector again or leave this camera out."
        )
    return people


def fps_or_none(value: Any, where: str) -> float | None:
    """Frames per second, or None where the file does not tell.

    Raises
    ------
    InputError
        If it is not a number above 0.

    """
    if value is None:
        return None
    try:
        fps = float(value)
    except (TypeError, ValueError):
        fps = -1.0
    if np.isnan(fps):
        return None
    if not 0 < fps < np.inf:
        raise InputError(f"{where}: fps must be a number above 0, not {value!r}; correct it there.")
    return fps


def image_size_or_none(value: Any, where: str) -> tuple[int, int] | None:
    """(width, height) in pixels, or None where the file does not tell.

    Raises
    ------
    InputError
        If it is not two numbers above 0.

    """
    if value is None:
        return None
    try:
        width, height = (int(side) for side in value)
    except (TypeError, ValueError, OverflowError):
        width = height = 0
    if width <= 0 or height <= 0:
        raise InputError(
            f"{where}: image_size must be (width, height) in pixels, not {value!r}; "
            f"correct it there."
        )
    return width, height


def times_or_none(
    times: np.ndarray | None, frames: int, where: str
) -> Float[np.ndarray, " frame"] | None:
    """Seconds of every frame, or None where the file does not tell.

    They are as the file has them, from wherever it counts: where cameras begin at different times
    of one clock, that is what shifts them (`canonpose.readers.common_clock.beginnings`).

    Raises
    ------
    InputError
        If they are not one number a frame, each above the one before.

    """
    if times is None:
        return None
    if times.shape != (frames,) or times.dtype.kind not in "fiu":
        raise InputError(
            f"{where}: times must be {frames} numbers, one a frame, not {times.dtype} "
            f"{list(times.shape)}; correct them or leave them out."
        )
    seconds = times.astype(np.float64)
    if not np.isfinite(seconds).all() or (np.diff(seconds) <= 0).any():
        bad = ~np.isfinite(seconds)
        bad[1:] |= ~(np.diff(seconds) > 0)
        raise InputError(
            f"{where}: times must rise from frame to frame, but that of frame "
            f"{int(bad.argmax())} is {seconds[bad.argmax()]:g} s; correct them or leave them out."
        )
    return seconds


def triplets(values: Any, where: str) -> Float[np.ndarray, "joint 3"]:
    """One person's flat list x, y, score, x, y, score, ... as an array [joint, 3].

    Raises
    ------
    InputError
        If it is not a list of numbers whose length divides by three.

    """
    if not isinstance(values, list) or not values or len(values) % 3:
        count = f"{len(values)} values" if isinstance(values, list) else "no list"
        raise InputError(
            f"{where}: a person's keypoints must be x, y, confidence for every joint, but here "
            f"is {count}; write the file again."
        )
    if not all(type(value) in (int, float) for value in values):
        raise InputError(
            f"{where}: a person's keypoints hold something that is not a number; "
            f"write the file again."
        )
    try:
        return np.array(values, dtype=np.float64).reshape(-1, 3)
    except OverflowError as error:
        raise InputError(
            f"{where}: a person's keypoints hold a number too large for pixels; "
            f"write the file again."
        ) from error


def stacked(
    positions: ArrayLike, scores: ArrayLike | None, where: str
) -> Float[np.ndarray, "frame slot joint 3"]:
    """Positions and scores of one person, or of several, as one array.

    Parameters
    ----------
    positions : array [frame, joint, 2] or [frame, person, joint, 2]
        Pixels; NaN where missing.
    scores : array [frame, joint] or [frame, person, joint], optional
        Confidence; 1 wherever there is a position unless given.
    where : str
        The file, for the message.

    Raises
    ------
    InputError
        If they are no numbers or their shapes do not fit.

    """
    try:
        xy = np.asarray(positions, dtype=np.float64)
        confidence = (
            np.ones(xy.shape[:-1]) if scores is None else np.asarray(scores, dtype=np.float64)
        )
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: keypoints and scores must be plain numbers.") from error
    if xy.ndim not in (3, 4) or xy.shape[-1] != 2 or not xy.size:
        raise InputError(
            f"{where}: keypoints must have the shape (frames, joints, 2), not {xy.shape}; "
            f"put the scores into an array of their own."
        )
    if confidence.shape != xy.shape[:-1]:
        raise InputError(
            f"{where}: scores must have the shape {xy.shape[:-1]} to fit the keypoints, not "
            f"{confidence.shape}; write both from the same frames."
        )
    people = np.concatenate([xy, confidence[..., None]], axis=-1)
    return people[:, None] if people.ndim == 3 else people
