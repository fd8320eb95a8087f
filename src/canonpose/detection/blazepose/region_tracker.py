"""People are sought in the whole image now and then, and followed in between."""

from collections.abc import Callable, Iterable

import numpy as np
from jaxtyping import UInt8

from canonpose.detection.blazepose.landmarks import Person
from canonpose.detection.blazepose.places import TENURE, distinct, newcomers, uncovered
from canonpose.detection.blazepose.regions import Region

Image = UInt8[np.ndarray, "height width 3"]


class RegionTracker:
    """The people of one video, frame by frame.

    Parameters
    ----------
    find : function
        Everyone's region in an image, roughly.
    read : function
        The person in a region of an image, with the region for the next frame; None where there
        is nobody.
    places : int
        The most people that are followed.
    search_every : int
        Frames between two searches. One also searches when somebody is lost and while there is
        nobody.
    """

    def __init__(
        self,
        find: Callable[[Image], list[Region]],
        read: Callable[[Image, Region], Person | None],
        *,
        places: int,
        search_every: int,
    ) -> None:
        self._find, self._read = find, read
        self._places, self._search_every = places, search_every
        self.begin()

    def begin(self) -> None:
        """Forget all frames so far."""
        self._regions: list[Region] = []
        self._since_search = 0

    def look(self, image: Image) -> list[Person]:
        """Everyone who has a place, in the next frame."""
        people = distinct(self._read_all(image, self._regions))
        self._since_search += 1
        lost = len(people) < len(self._regions)
        if lost or not people or self._since_search >= self._search_every:
            people = self._with_newcomers(image, people)
            self._since_search = 0
        self._regions = [person.region for person in people]
        return people

    def _read_all(self, image: Image, regions: Iterable[Region]) -> list[Person]:
        looks = (self._read(image, region) for region in regions)
        return [person for person in looks if person is not None]

    def _with_newcomers(self, image: Image, followed: list[Person]) -> list[Person]:
        """Search the whole image, and give places to those found in it."""
        others = uncovered(self._find(image), followed)
        tried = newcomers([person.region for person in followed], others, self._places)
        everyone = distinct([*followed, *self._read_all(image, tried)])

        def rank(person: Person) -> float:
            return person.region.side * (TENURE if person in followed else 1)

        return sorted(everyone, key=rank, reverse=True)[: self._places]
