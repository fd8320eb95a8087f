"""The one person of a view by itself: who is seen longest, most clearly and largest."""

import numpy as np
from jaxtyping import Float

from canonpose.people.tracked_view import TrackedView
from canonpose.people.tracks import along, body_sizes


def choose_in_view(view: TrackedView, person: int | None = None) -> tuple[int, str]:
    """The person of one view: who is seen longest, most clearly and largest.

    Parameters
    ----------
    view : TrackedView
    person : int, optional
        The number of the person to take instead, from 1.

    Returns
    -------
    index : int
    words : str
        Who that is, for `Keypoints.person`.

    Raises
    ------
    InputError
        If there is no person of that number.

    """
    asked = view.chosen_by_user(person)
    if asked is not None:
        return asked, describe(view, asked, "as asked for")
    best = int(prominence(view).argmax())
    return best, describe(view, best, "tracks best over time")


def prominence(view: TrackedView) -> Float[np.ndarray, " track"]:
    """Coverage x mean confidence x size of every person, relative to the view's best."""
    values = np.zeros(len(view.tracks))
    for index, track in enumerate(view.tracks):
        if not (track >= 0).any():
            continue
        seen = along(view.detections.people, track)[track >= 0]
        size = float(np.median(body_sizes(seen)))
        values[index] = (track >= 0).mean() * float(seen[..., 2].mean()) * size
    return values / max(float(values.max()), 1e-12)


def describe(view: TrackedView, index: int, reason: str) -> str:
    """Who a person is, and how many others there are."""
    frames = f"seen in {(view.tracks[index] >= 0).sum()} of {view.tracks.shape[1]} frames"
    if len(view.tracks) == 1:
        return f"the only person: {frames}"
    return f"person {index + 1} of {len(view.tracks)}: {frames}, {reason}"
