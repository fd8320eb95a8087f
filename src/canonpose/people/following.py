"""The chosen person followed from track to track, where a view's tracks break or change bodies.

A person who leaves and comes back is a new track, and two people who meet may leave with each
other's. What the other cameras see tells: in windows of a take, each view takes the track that
agrees best with them there, at a price for each change, so that the cheapest sequence (Viterbi)
changes only where that is clear. Where no track agrees, none is taken.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int

from canonpose.people.agreement import FEWEST_FRAMES, SMOOTHING, Seen, Vote, likeness
from canonpose.people.crowd import Candidates, Crowd, Owners
from canonpose.people.tracks import along

WINDOW = 1.0
"""Seconds; evidence is taken from half as many before and behind as well."""
LEAST_FRAMES = (FEWEST_FRAMES + SMOOTHING + 1) // 2
"""Of a window, however slow the footage: fewer, with half as many before and behind, have too few
speeds to compare."""
NOBODY = 0.6
"""Likeness, of about 0 for strangers to 2 for one person, below which rather nobody is taken."""
CHOSEN = 0.3
"""Likeness in favour of the person chosen for the whole take."""
CHANGE = 0.4
"""Likeness that a change of track costs."""
HIDDEN = 0.2
"""Seconds in which people who meet may hide each other."""
ROUNDS = 3
"""Of each view in turn; the views' changes seldom bear on each other."""


def follow(crowd: Crowd) -> list[Owners]:
    """The track that is the person in each frame, a view each."""
    frames = crowd.views[0].tracks.shape[1]
    owners = [np.full(frames, view.chosen) for view in crowd.views]
    windows = windows_of(frames, crowd.fps, window_length(crowd.fps))
    free = [
        v for v, view in enumerate(crowd.views) if len(view.tracks) > 1 and v not in crowd.fixed
    ]
    for _ in range(ROUNDS if len(windows) > 1 else 0):
        before = [owner.copy() for owner in owners]
        for place in free:
            owners[place] = _followed(crowd, place, owners, windows)
        if all((a == b).all() for a, b in zip(before, owners, strict=True)):
            break
    return owners


def _followed(
    crowd: Crowd, place: int, owners: Sequence[Owners], windows: Sequence[Int[np.ndarray, " _"]]
) -> Owners:
    """The tracks of one view, by the person of the other views."""
    view = crowd.views[place]
    nobody = np.full((len(windows), 1), NOBODY)  # the last state
    gains = np.concatenate([likenesses(crowd, place, owners, windows), nobody], axis=1)
    gains[:, view.chosen] = np.maximum(gains[:, view.chosen] + CHOSEN, NOBODY)
    states = cheapest_path(gains, CHANGE)
    states[states == len(view.tracks)] = -1
    own = np.concatenate(
        [np.full(len(window), state) for window, state in zip(windows, states, strict=True)]
    )
    for border in np.flatnonzero(np.diff(states)).tolist():
        before, after = int(states[border]), int(states[border + 1])
        if before >= 0 and after >= 0:
            around = np.concatenate([windows[border], windows[border + 1]])
            cut = _handover(view, before, after, around, round(HIDDEN * crowd.fps))
            own[around[:cut]], own[around[cut:]] = before, after
    return own


def likenesses(
    crowd: Crowd, place: int, owners: Sequence[Owners], windows: Sequence[Int[np.ndarray, " _"]]
) -> Float[np.ndarray, "window track"]:
    """How much every track of a view is like the other views' person, in and around windows."""
    margin = round(window_length(crowd.fps) * crowd.fps / 2)
    people, others = crowd.views[place].each(), crowd.others(place, owners)
    return np.array(
        [[_gain(p, others, window, margin, crowd.vote) for p in people] for window in windows]
    )


def window_length(fps: float) -> float:
    """Seconds over which people are compared."""
    return max(WINDOW, LEAST_FRAMES / fps)


def windows_of(frames: int, fps: float, seconds: float) -> list[Int[np.ndarray, " _"]]:
    """The frames, parted into windows of about equal length, each of one frame or more."""
    count = max(min(round(frames / (seconds * fps)), frames), 1)
    return np.array_split(np.arange(frames), count)


def _gain(
    person: Seen,
    others: Sequence[Seen],
    window: Int[np.ndarray, " _"],
    margin: int,
    vote: Vote | None,
) -> float:
    """Mean likeness to the other views in and around a window; -1 where that says nothing."""
    if not (person[window, :, 2] > 0).any():
        return -1.0
    around = slice(max(window[0] - margin, 0), window[-1] + 1 + margin)
    values = []
    for other in others:
        both = (person[around, :, 2] > 0).any(1) & (other[around, :, 2] > 0).any(1)
        if both.sum() > FEWEST_FRAMES:
            values.append(likeness(person[around], other[around], vote))
    return float(np.mean(values)) if values else -1.0


def cheapest_path(
    gains: Float[np.ndarray, "window state"], price: float
) -> Int[np.ndarray, " window"]:
    """The states whose gains, less the price of each change, add up to the most (Viterbi)."""
    states = gains.shape[1]
    change = price * (1 - np.eye(states))
    total, origin = gains[0], np.zeros(gains.shape, dtype=np.int64)
    for window in range(1, len(gains)):
        ways = total[:, None] - change
        origin[window] = ways.argmax(0)
        total = ways.max(0) + gains[window]
    path = [int(total.argmax())]
    for window in range(len(gains) - 1, 0, -1):
        path.append(int(origin[window, path[-1]]))
    return np.array(path[::-1])


def _handover(
    view: Candidates, first: int, second: int, frames: Int[np.ndarray, " _"], hidden: int
) -> int:
    """Where among the frames the second track takes over from the first.

    So that the person is seen in about as many frames as can be, and jumps least.
    """
    seen = view.tracks[[first, second]][:, frames] >= 0
    before = np.concatenate([[0], np.cumsum(seen[0])])
    behind = np.concatenate([np.cumsum(seen[1][::-1])[::-1], [0]])
    apart = np.full(len(frames) + 1, np.inf)
    one, two = (along(view.people, view.tracks[track])[frames, :, :2] for track in (first, second))
    jumps = np.linalg.norm(two[1:] - one[:-1], axis=-1)
    known = ~np.isnan(jumps).all(1)
    apart[1:-1][known] = np.nanmedian(jumps[known], axis=1)
    count = before + behind
    best = np.flatnonzero(count >= count.max() - (hidden if seen.all(0).any() else 0))
    return int(best[apart[best].argmin()]) if np.isfinite(apart[best]).any() else int(best[0])
