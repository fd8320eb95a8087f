"""One person, kept from picture to picture."""

import numpy as np
from jaxtyping import Float

from canonpose.people.tracks import LONGEST_GAP, body_sizes, link

People = Float[np.ndarray, "person joint 3"]
Person = Float[np.ndarray, "joint 3"]


class Follower:
    """Keeps to one person by the rules by which people of recordings are linked over time.

    Whoever is largest and clearest is followed, until nobody has been where that person could be
    for so long that whoever comes counts as someone else.
    """

    def __init__(self) -> None:
        self._last: Person | None = None
        self._number = 0

    def follow(self, people: People, number: int) -> Person | None:
        """The followed person among those of the next picture.

        Parameters
        ----------
        people : array [person, joint, (x, y, score)]
            Pixels, in any order; NaN with score 0 where missing.
        number : int
            Of the picture: where some were dropped, a person may have gone farther.

        Returns
        -------
        array [joint, 3] or None
            None where the person is not seen.
        """
        people = people[(people[..., 2] > 0).any(-1)]
        missed = number - self._number - 1
        if self._last is not None and missed > LONGEST_GAP:
            self._last = None
        found = self._most_prominent(people) if self._last is None else self._same(people, missed)
        if found is not None:
            self._last, self._number = found, number
        return found

    def _most_prominent(self, people: People) -> Person | None:
        if not len(people):
            return None
        merit = body_sizes(people) * people[..., 2].mean(-1)
        return people[int(merit.argmax())]

    def _same(self, people: People, missed: int) -> Person | None:
        """Whom the rules link to the last one seen, with empty frames for dropped pictures."""
        if self._last is None or not len(people):
            return None
        joints = self._last.shape[0]
        frames = np.full((max(missed, 0) + 2, len(people), joints, 3), np.nan)
        frames[..., 2] = 0
        frames[0, 0], frames[-1] = self._last, people
        for track in link(frames):
            if track[0] == 0 and track[-1] >= 0:
                return people[track[-1]]
        return None
