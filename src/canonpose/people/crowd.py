"""Everyone whom the cameras of a take saw, among whom one person is followed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from canonpose.datamodel import ASSUMED_FPS
from canonpose.people.agreement import Seen, Vote
from canonpose.people.detections import People
from canonpose.people.still_cameras import Pairs
from canonpose.people.tracks import Tracks, along

Owners = Int[np.ndarray, " frame"]
"""The track that is the person in each frame, -1 where none is."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """The tracks of one view, any of which may be the person for a while."""

    people: People
    tracks: Tracks
    chosen: int
    """The track of the whole take."""

    def followed(self, owners: Owners) -> Seen:
        """The person, through several tracks; NaN with score 0 where not seen."""
        return along(self.people, joined(self.tracks, owners))

    def each(self) -> list[Seen]:
        """Every track by itself."""
        return [along(self.people, track) for track in self.tracks]


@dataclass(frozen=True, eq=False)
class Crowd:
    """The views of a take, and what is known of all of them."""

    views: Sequence[Candidates]
    """All of the same frames."""
    fixed: Collection[int] = ()
    """Views that keep what is chosen, as the user asked for it."""
    fps: float = ASSUMED_FPS
    """Frames per second."""
    pairs: Pairs = ()
    """Joints that may be taken for each other, left and right."""
    vote: Vote | None = None
    """A further opinion on who is one person."""

    def others(self, place: int, owners: Sequence[Owners]) -> list[Seen]:
        """The person as all views but one see it."""
        return [
            view.followed(owner)
            for other, (view, owner) in enumerate(zip(self.views, owners, strict=True))
            if other != place
        ]


def joined(tracks: Tracks, owners: Owners) -> Int[np.ndarray, " frame"]:
    """The slots of a person who is followed through several tracks; -1 where not seen."""
    return np.where(owners >= 0, tracks[owners, np.arange(len(owners))], -1)
