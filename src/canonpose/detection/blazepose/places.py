"""Which people are one and the same, and who is followed where there are too many."""

from collections.abc import Sequence

import numpy as np

from canonpose.detection.blazepose.landmarks import Person
from canonpose.detection.blazepose.regions import Region

SAME_BODY = 0.15
"""Two sets of landmarks are one body if, in the median over the landmarks, they lie closer than
this share of the smaller region."""
COVERED = 0.25
"""A region is about somebody whose region's centre is closer than this share of the larger of the
two, and whose region is between half and twice as large."""
TENURE = 1.5
"""Who is followed already counts as so many times as large where there are more people than places:
a bystander takes nobody's place by passing a little closer to the camera."""


def distinct(people: Sequence[Person]) -> list[Person]:
    """Everyone once, the surest first; of two regions on one body the surer one stays."""
    kept: list[Person] = []
    for person in sorted(people, key=lambda person: -float(person.confidences.mean())):
        if not any(_same_body(person, other) for other in kept):
            kept.append(person)
    return kept


def uncovered(regions: Sequence[Region], people: Sequence[Person]) -> list[Region]:
    """The regions in which nobody is followed yet."""
    return [
        region for region in regions if not any(_about(region, person.region) for person in people)
    ]


def newcomers(followed: Sequence[Region], found: Sequence[Region], places: int) -> list[Region]:
    """Those of the found regions that get a place: larger ones before smaller ones.

    Parameters
    ----------
    followed : sequence of Region
        Of people who have a place already.
    found : sequence of Region
        Of others.
    places : int
        How many people can be followed.
    """
    ranked = [(region.side * TENURE, False, region) for region in followed]
    ranked += [(region.side, True, region) for region in found]
    ranked.sort(key=lambda entry: -entry[0])
    return [region for _, new, region in ranked[:places] if new]


def _same_body(one: Person, other: Person) -> bool:
    apart = np.median(np.linalg.norm(one.positions - other.positions, axis=-1))
    return bool(apart < SAME_BODY * min(one.region.side, other.region.side))


def _about(region: Region, other: Region) -> bool:
    larger, smaller = max(region.side, other.side), min(region.side, other.side)
    apart = np.linalg.norm(region.centre - other.centre)
    return bool(apart < COVERED * larger and larger <= 2 * smaller)
