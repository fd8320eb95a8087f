"""One camera's people, linked over time."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from canonpose.errors import InputError
from canonpose.people.detections import Detections
from canonpose.people.tracks import Tracks, link


@dataclass(frozen=True, eq=False)
class TrackedView:
    """What one camera saw: everyone, and who is who from frame to frame."""

    detections: Detections
    tracks: Tracks
    """Numbered as users number them, less one."""
    camera: str = ""

    @classmethod
    def of(cls, detections: Detections, camera: str = "") -> "TrackedView":
        """The people of one file."""
        return cls(detections, link(detections.people), camera)

    @property
    def open_ended(self) -> bool:
        """Whether frames without people may follow that the file does not list."""
        return self.detections.open_ended

    def cut(self, first: int, stop: int) -> "TrackedView":
        """The view from one of its frames to before another; empty behind the file's end."""
        missing = max(stop - len(self.detections), 0)
        people = np.pad(
            self.detections.people, ((0, missing), (0, 0), (0, 0), (0, 0)), constant_values=np.nan
        )
        people[len(self.detections) :, ..., 2] = 0
        tracks = np.pad(self.tracks, ((0, 0), (0, missing)), constant_values=-1)
        times = None if self.detections.times is None else self._times(missing)[first:stop]
        detections = replace(self.detections, people=people[first:stop], times=times)
        return replace(self, detections=detections, tracks=tracks[:, first:stop])

    def _times(self, missing: int) -> Float[np.ndarray, " frame"]:
        """The frames' times, going on behind the file's end at its frame rate."""
        times = self.detections.times
        assert times is not None
        fps = self.detections.fps or (len(times) - 1) / max(float(np.ptp(times)), 1e-9)
        return np.append(times, times[-1] + np.arange(1, missing + 1) / fps)

    def chosen_by_user(self, person: int | None) -> int | None:
        """Index of the person that the user asks for, if any.

        Raises
        ------
        InputError
            If there is no such person.

        """
        if person is None:
            return None
        if not 1 <= person <= len(self.tracks):
            of_camera = f" (camera {self.camera!r})" if self.camera else ""
            raise InputError(
                f"{self.detections.source}{of_camera}: person {person} is asked for, but its "
                f"people are numbered 1 to {len(self.tracks)}; choose among these."
            )
        return person - 1
