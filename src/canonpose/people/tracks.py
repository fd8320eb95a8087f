"""People of one view, linked over time."""

from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int

from canonpose.people.detections import People

Tracks = Int[np.ndarray, "track frame"]
"""Which slot holds a person in each frame; -1 where the person is not seen."""

REACH = 0.3
"""Body sizes; how far a body may get from one frame to the next and still be the same person."""
REACH_PER_MISSED_FRAME = 0.02
LONGEST_REACH = 0.8
SIZE_KEPT = 0.98
"""A frame; a body of which little is detected for a moment has not shrunk."""
LONGEST_GAP = 60
"""Frames; someone who comes back after more counts as someone else."""
SHORTEST_SHARE = 20
"""Whoever is seen in fewer than one in so many frames is not listed as a person."""
DUPLICATE = 0.05
"""Body sizes; two detections of one frame whose joints lie so close are one person found twice."""
FEWEST_SHARED = 5
"""Joints, to tell that two are one."""


def link(people: People) -> Tracks:
    """Who is who over time, ordered by first appearance, then from left to right.

    Greedy: in every frame the closest pair of a known person and a detection is linked first.
    Where no frame holds more than one person, that is one person throughout. Of detections that are
    one person found twice, the surer one is taken.
    """
    present = np.any(people[..., 2] > 0, axis=-1) & ~_duplicates(people)
    if people.shape[1] == 1:
        return np.where(present[:, 0], 0, -1)[None].astype(np.int64)
    sizes, middles = body_sizes(people), _middles(people)
    tracks: list[Int[np.ndarray, " frame"]] = []
    last_seen, size = np.zeros(0, dtype=np.int64), np.zeros(0)
    for frame in range(len(people)):
        slots = np.flatnonzero(present[frame])
        slots = slots[np.argsort(middles[frame, slots, 0], kind="stable")]
        recent = np.flatnonzero(frame - last_seen <= LONGEST_GAP + 1)
        then = last_seen[recent]
        slots_then = np.array([tracks[t][last_seen[t]] for t in recent], dtype=np.int64)
        cost = _distances(
            people[then, slots_then, :, :2],
            people[frame, slots, :, :2],
            middles[then, slots_then],
            middles[frame, slots],
        ) / np.maximum(size[recent, None], 1e-6)
        reach = REACH + REACH_PER_MISSED_FRAME * (frame - then - 1)
        links = _closest_first(cost, np.minimum(reach, LONGEST_REACH))
        for place, slot in enumerate(slots):
            if place in links:
                track = int(recent[links[place]])
            else:
                track = len(tracks)
                tracks.append(np.full(len(people), -1, dtype=np.int64))
                last_seen, size = np.append(last_seen, frame), np.append(size, 0)
            tracks[track][frame] = slot
            last_seen[track] = frame
            size[track] = max(sizes[frame, slot], SIZE_KEPT * size[track])
    return _long_enough(np.stack(tracks))


def _duplicates(people: People) -> Bool[np.ndarray, "frame slot"]:
    """Detections that repeat another of their frame and are less sure, or come after it."""
    repeated = np.zeros(people.shape[:2], dtype=bool)
    sizes, sure = body_sizes(people), np.nansum(people[..., 2], axis=-1)
    for first, second in combinations(range(people.shape[1]), 2):
        gaps = _norm(people[:, first, :, :2] - people[:, second, :, :2])
        shared = (people[:, first, :, 2] > 0) & (people[:, second, :, 2] > 0)
        near = gaps < DUPLICATE * np.maximum(sizes[:, first], sizes[:, second])[:, None]
        same = (shared & near).sum(1) > 0.8 * np.maximum(shared.sum(1), FEWEST_SHARED)
        surer = sure[:, first] >= sure[:, second]
        repeated[:, second] |= same & surer
        repeated[:, first] |= same & ~surer
    return repeated


def _long_enough(tracks: Int[np.ndarray, "every frame"]) -> Tracks:
    lengths = (tracks >= 0).sum(1)
    shortest = min(tracks.shape[1] // SHORTEST_SHARE, int(lengths.max()))
    return tracks[lengths >= shortest]


def _middles(people: People) -> Float[np.ndarray, "frame slot 2"]:
    """The mean of a body's detected joints, pixels; NaN for nobody."""
    seen = people[..., 2:] > 0
    total = np.where(seen, people[..., :2], 0).sum(-2)
    count = seen.sum(-2)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _distances(
    known: Float[np.ndarray, "known joint 2"],
    found: Float[np.ndarray, "found joint 2"],
    known_middles: Float[np.ndarray, "known 2"],
    found_middles: Float[np.ndarray, "found 2"],
) -> Float[np.ndarray, "known found"]:
    """Median distance of the joints that both have, else the distance of the bodies' middles.

    The lower median by sorting: NaN sorts last, and numpy's nanmedian would take most of the time.
    """
    gaps = np.sort(_norm(known[:, None] - found[None]), axis=-1)
    shared = (~np.isnan(gaps)).sum(-1)
    median = np.take_along_axis(gaps, (np.maximum(shared, 1) - 1)[..., None] // 2, axis=-1)[..., 0]
    return np.where(shared > 0, median, _norm(known_middles[:, None] - found_middles[None]))


def _norm(offsets: Float[np.ndarray, "*batch 2"]) -> Float[np.ndarray, "*batch"]:
    return np.sqrt((offsets**2).sum(-1))


def _closest_first(
    cost: Float[np.ndarray, "known found"], reach: Float[np.ndarray, " known"]
) -> dict[int, int]:
    """Found to known, the closest pair first, within reach."""
    links: dict[int, int] = {}
    for pair in np.argsort(cost, axis=None, kind="stable"):
        known, found = divmod(int(pair), cost.shape[1])
        free = found not in links and known not in links.values()
        if free and cost[known, found] <= reach[known]:
            links[found] = known
    return links


def body_sizes(people: Float[np.ndarray, "*batch joint 3"]) -> Float[np.ndarray, "*batch"]:
    """The diagonal of the box around a body's detected joints, pixels; 0 for nobody."""
    missing = ~(people[..., 2:] > 0)
    low = np.where(missing, np.inf, people[..., :2]).min(-2)
    high = np.where(missing, -np.inf, people[..., :2]).max(-2)
    return np.linalg.norm(np.maximum(high - low, 0), axis=-1)


def along(people: People, track: Int[np.ndarray, " frame"]) -> Float[np.ndarray, "frame joint 3"]:
    """One person's detections over time; NaN with score 0 where not seen."""
    person = people[np.arange(len(people)), track].copy()
    person[track < 0] = (np.nan, np.nan, 0)
    return person
