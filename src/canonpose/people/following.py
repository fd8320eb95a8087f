"""The chosen person followed from track to track, where a view's tracks break or change bodies.

A person who leaves and comes back is a new track, and two people who meet may leave with each
other's. What the other cameras see tells: in windows of a take, each view takes the track that
agrees best with them there, at a price for each change, so that the cheapest sequence (Viterbi)
changes only where that is clear. Where no track agrees, none is taken.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from canonpose.people.agreement import FEWEST_FRAMES, SMOOTHING, Vote, likeness
from canonpose.people.tracks import Tracks, along

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

Owners = Int[np.ndarray, " frame"]


@dataclass(frozen=True, eq=False)
class Following:
    """What one view has to choose from."""

    people: Float[np.ndarray, "frame slot joint 3"]
    tracks: Tracks
    chosen: int
    """The track of the whole take."""


def follow(
    views: Sequence[Following],
    fixed: Collection[int] = (),
    *,
    fps: float = 30.0,
    vote: Vote | None = None,
) -> list[Owners]:
    """The track that is the person in each frame, -1 where none is; a view each.

    Parameters
    ----------
    views : sequence of Following
        All of the same frames.
    fixed : collection of int
        Views that keep what is chosen.
    fps : float
        Frames per second.
    vote : callable, optional
        A further opinion.
    """
    frames = views[0].tracks.shape[1]
    owners = [np.full(frames, view.chosen) for view in views]
    windows = windows_of(frames, fps, window_length(fps))
    free = [v for v, view in enumerate(views) if len(view.tracks) > 1 and v not in fixed]
    for _ in range(ROUNDS if len(windows) > 1 else 0):
        before = [owner.copy() for owner in owners]
        for place in free:
            others = [
                along(view.people, joined(view.tracks, owner))
                for other, (view, owner) in enumerate(zip(views, owners, strict=True))
                if other != place
            ]
            owners[place] = _followed(views[place], others, windows, fps, vote)
        if all((a == b).all() for a, b in zip(before, owners, strict=True)):
            break
    return owners


def joined(tracks: Tracks, owners: Owners) -> Int[np.ndarray, " frame"]:
    """The slots of a person who is followed through several tracks; -1 where not seen."""
    return np.where(owners >= 0, tracks[owners, np.arange(len(owners))], -1)


def _followed(
    view: Following,
    others: Sequence[Float[np.ndarray, "frame joint 3"]],
    windows: Sequence[Int[np.ndarray, " _"]],
    fps: float,
    vote: Vote | None,
) -> Owners:
    nobody = np.full((len(windows), 1), NOBODY)  # the last state
    gains = np.concatenate([likenesses(view, others, windows, fps, vote), nobody], axis=1)
    gains[:, view.chosen] = np.maximum(gains[:, view.chosen] + CHOSEN, NOBODY)
    states = cheapest_path(gains, CHANGE)
    states[states == len(view.tracks)] = -1
    owners = np.concatenate(
        [np.full(len(window), state) for window, state in zip(windows, states, strict=True)]
    )
    for border in np.flatnonzero(np.diff(states)).tolist():
        before, after = int(states[border]), int(states[border + 1])
        if before >= 0 and after >= 0:
            around = np.concatenate([windows[border], windows[border + 1]])
            cut = _handover(view, before, after, around, round(HIDDEN * fps))
            owners[around[:cut]], owners[around[cut:]] = before, after
    return owners


def likenesses(
    view: Following,
    others: Sequence[Float[np.ndarray, "frame joint 3"]],
    windows: Sequence[Int[np.ndarray, " _"]],
    fps: float,
    vote: Vote | None,
) -> Float[np.ndarray, "window track"]:
    """How much every track is like the other views' person, in and around every window."""
    margin = round(window_length(fps) * fps / 2)
    people = [along(view.people, track) for track in view.tracks]
    return np.array(
        [[_gain(p, others, window, margin, vote) for p in people] for window in windows]
    )


def window_length(fps: float) -> float:
    """Seconds over which people are compared."""
    return max(WINDOW, LEAST_FRAMES / fps)


def windows_of(frames: int, fps: float, seconds: float) -> list[Int[np.ndarray, " _"]]:
    """The frames, parted into windows of about equal length, each of one frame or more."""
    count = max(min(round(frames / (seconds * fps)), frames), 1)
    return np.array_split(np.arange(frames), count)


def _gain(
    person: Float[np.ndarray, "frame joint 3"],
    others: Sequence[Float[np.ndarray, "frame joint 3"]],
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
    view: Following, first: int, second: int, frames: Int[np.ndarray, " _"], hidden: int
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
