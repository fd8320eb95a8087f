"""What one camera saw, as far as synchronisation needs it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from canonpose.datamodel import Keypoints
from canonpose.people.choice_in_view import prominence
from canonpose.people.resampling import clock_of
from canonpose.people.tracked_view import TrackedView
from canonpose.people.tracks import along

MOST_PEOPLE = 3
"""A camera; the most prominent ones are tried, and who fits the other cameras best counts."""

Seen = Float[np.ndarray, "frame joint 3"]


@dataclass(frozen=True, eq=False)
class Watched:
    """The people of one camera on its own clock, before any is chosen."""

    camera: str
    people: tuple[Seen, ...]
    """(x, y, score); a missing joint has score 0."""
    times: Float[np.ndarray, " frame"]
    """Seconds since the camera's first frame."""
    fps: float
    """Frames per second."""

    @classmethod
    def of(
        cls, view: TrackedView, fps: float, person: int | None = None, *, own: bool = True
    ) -> "Watched":
        """The most prominent people of a view, or the one that the user asks for.

        Frames are timed by the file's ``own`` times where it has any, else evenly at ``fps``: as
        the take will be read (`canonpose.readers.common_clock`), where fps in ``capture.toml``
        stands for all that files say.
        """
        asked = view.chosen_by_user(person)
        ranked = np.argsort(-prominence(view), kind="stable")[:MOST_PEOPLE]
        chosen: Sequence[int] = [int(i) for i in ranked] if asked is None else [asked]
        people = tuple(along(view.detections.people, view.tracks[i]) for i in chosen)
        return cls(view.camera, people, clock_of(view.detections, fps, own=own), fps)

    @classmethod
    def of_one(cls, keypoints: Keypoints, fps: float) -> "Watched":
        """One person's keypoints, frame by frame."""
        detected = keypoints.skeleton.indices(keypoints.skeleton.detected)
        seen = np.concatenate(
            [keypoints.positions[:, detected], keypoints.scores[:, detected, None]], axis=-1
        )
        return cls(keypoints.camera, (seen,), clock_of(keypoints, fps), fps)
