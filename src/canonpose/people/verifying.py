"""The person followed, made sure of frame by frame; where in doubt, nobody is taken.

A bystander's frame does more harm in training than the loss of a good one. So once the person is
followed through all views (`canonpose.people.following`), still cameras' geometry says in every
frame whether what a view shows stands where the other views' person does. A view changes to the
track that does, and shows nobody where none does, around each change, and where no other view
tells. Views whose cameras move are judged by how clearly their person agrees better with the other
views than anybody else there.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.ndimage import binary_dilation

from canonpose.people.agreement import Vote
from canonpose.people.following import (
    NOBODY,
    Following,
    Owners,
    cheapest_path,
    joined,
    likenesses,
    windows_of,
)
from canonpose.people.still_cameras import Pairs, StillPair, still_pair
from canonpose.people.tracks import along

SOMEBODY_ELSE = 4.0
"""Usual distances; one person is seldom so far off the other views, somebody else seldom nearer."""
SPAN = 0.3
"""Seconds over which distances are averaged (their median)."""
WINDOW = 0.2
"""Seconds; a view changes its track between windows."""
CHANGE = 1.0
"""Windows of clear evidence that a change of track needs."""
AROUND = 0.2
"""Seconds that are left out before and after a change of track."""
REACH = 0.5
"""Seconds over which a track goes on being believed while no other view tells."""
CLEARLY = 0.3
"""Likeness by which a person must exceed all others of a view whose camera moves."""
ROUNDS = 3

Rig = dict[tuple[int, int], StillPair]
Misfits = Float[np.ndarray, "track frame"]


def verified(
    views: Sequence[Following],
    owners: Sequence[Owners],
    fixed: Collection[int] = (),
    *,
    fps: float = 30.0,
    pairs: Pairs = (),
    vote: Vote | None = None,
) -> list[Owners]:
    """The owners that are borne out; -1 elsewhere.

    Parameters
    ----------
    views : sequence of Following
        All of the same frames.
    owners : sequence of array
        The track that is the person in each frame, -1 where none is; a view each.
    fixed : collection of int
        Views that keep what they have, as the user asked for it.
    fps : float
        Frames per second.
    pairs : sequence
        Joints that may be taken for each other, left and right.
    vote : callable, optional
        A further opinion, for views whose cameras move.
    """
    owners = [owner.copy() for owner in owners]
    for _ in range(ROUNDS):
        rig = still_rig(views, owners)
        told = [any(view in pair for pair in rig) for view in range(len(views))]
        before = [owner.copy() for owner in owners]
        for view in range(len(views)):
            if told[view] and view not in fixed:
                found = _misfits(view, views, owners, rig, pairs)
                owners[view] = _followed(found, views[view], fps)
        if all((a == b).all() for a, b in zip(before, owners, strict=True)):
            break
    result = list(owners)
    for view in set(range(len(views))) - set(fixed):
        if told[view]:
            found = _misfits(view, views, owners, rig, pairs)
            result[view] = _sure(owners[view], found, fps)
        elif len(views[view].tracks) > 1:
            result[view] = _clear(view, views, owners, fps, vote)
    return result


def still_rig(views: Sequence[Following], owners: Sequence[Owners]) -> Rig:
    """The pairs of cameras that stand still against each other, by (view, view).

    A view whose owners fit no other's, as where somebody else was taken in half of the frames, is
    tried with all of its tracks against those that fit.
    """
    seen = [
        along(v.people, joined(v.tracks, owner)) for v, owner in zip(views, owners, strict=True)
    ]
    found = {(a, b): still_pair([seen[a]], seen[b]) for a, b in combinations(range(len(views)), 2)}
    told = {view for pair, still in found.items() if still is not None for view in pair}
    for view in set(range(len(views))) - told:
        tracks = [along(views[view].people, track) for track in views[view].tracks]
        if len(tracks) > 1:
            found |= {(view, other): still_pair(tracks, seen[other]) for other in told}
    return {pair: still for pair, still in found.items() if still is not None}


def _misfits(
    view: int,
    views: Sequence[Following],
    owners: Sequence[Owners],
    rig: Mapping[tuple[int, int], StillPair],
    pairs: Pairs,
) -> Float[np.ndarray, "track frame"]:
    """How far every track of a view is from the other views' person, by the median of these."""
    rows = []
    for track in views[view].tracks:
        person, found = along(views[view].people, track), []
        for (a, b), still in rig.items():
            if view in (a, b):
                other = b if view == a else a
                seen = along(views[other].people, joined(views[other].tracks, owners[other]))
                both = (person, seen) if view == a else (seen, person)
                found.append(still.misfit(*both, pairs))
        rows.append(_median_of_known(np.stack(found)))
    return np.stack(rows)


def _median_of_known(values: Float[np.ndarray, "row column"]) -> Float[np.ndarray, " column"]:
    """The median over the rows, NaN where none is known."""
    medians = np.full(values.shape[1], np.nan)
    known = ~np.isnan(values).all(0)
    medians[known] = np.nanmedian(values[:, known], axis=0)
    return medians


def _smoothed(misfits: Misfits, fps: float) -> Misfits:
    """Medians over `SPAN` of what is known, NaN where a frame is not."""
    reach = round(SPAN * fps / 2)
    padded = np.pad(misfits, ((0, 0), (reach, reach)), constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
    smooth = np.full(misfits.shape, np.nan)
    known = ~np.isnan(misfits)
    smooth[known] = np.nanmedian(around[known], axis=-1)
    return smooth


def _followed(misfits: Misfits, view: Following, fps: float) -> Owners:
    """The cheapest sequence of tracks and nobody, by windows."""
    windows = windows_of(misfits.shape[1], fps, WINDOW)
    fits = np.clip(1 - misfits / SOMEBODY_ELSE, -1, 1)
    gains = np.zeros((len(windows), len(view.tracks) + 1))  # the last is nobody
    for place, window in enumerate(windows):
        seen = (view.tracks[:, window] >= 0).mean(1)
        known = ~np.isnan(fits[:, window])
        total = np.where(known, fits[:, window], 0).sum(1)
        gains[place, :-1] = total / np.maximum(known.sum(1), 1) * seen
    return _by_windows(cheapest_path(gains, CHANGE), windows, len(view.tracks))


def _by_windows(
    states: Int[np.ndarray, " window"], windows: Sequence[Int[np.ndarray, " _"]], nobody: int
) -> Owners:
    lengths = [len(window) for window in windows]
    return np.repeat(np.where(states == nobody, -1, states), lengths)


def _sure(owner: Owners, misfits: Misfits, fps: float) -> Owners:
    """Nobody where the owner does not fit, around changes, and where nothing tells for long."""
    frames = np.arange(len(owner))
    own = _smoothed(misfits, fps)[np.maximum(owner, 0), frames]
    known = ~np.isnan(own) & (owner >= 0)
    fits = known & (own <= SOMEBODY_ELSE)
    near = binary_dilation(fits, iterations=max(round(REACH * fps), 1))
    kept = (owner >= 0) & np.where(known, fits, near)
    return np.where(kept & ~_around_changes(owner, round(AROUND * fps)), owner, -1)


def _around_changes(owner: Owners, reach: int) -> Bool[np.ndarray, " frame"]:
    """Frames near one where a track takes over from another."""
    near = np.zeros(len(owner), dtype=bool)
    for border in np.flatnonzero(np.diff(owner)) + 1:
        if owner[border - 1] >= 0 and owner[border] >= 0:
            near[max(border - reach, 0) : border + reach] = True
    return near


def _clear(
    view: int,
    views: Sequence[Following],
    owners: Sequence[Owners],
    fps: float,
    vote: Vote | None,
) -> Owners:
    """Nobody where the owner is not clearly more like the other views' person than all others."""
    others = [
        along(views[other].people, joined(views[other].tracks, owners[other]))
        for other in range(len(views))
        if other != view
    ]
    owner = owners[view]
    windows = windows_of(len(owner), fps)
    alike = likenesses(views[view], others, windows, fps, vote)
    kept = np.zeros(len(owner), dtype=bool)
    for window, values in zip(windows, alike, strict=True):
        for frame in window:
            rivals = np.delete(values, owner[frame]) if owner[frame] >= 0 else values
            kept[frame] = owner[frame] >= 0 and (
                values[owner[frame]] >= max(NOBODY, rivals.max() + CLEARLY)
            )
    return np.where(kept & ~_around_changes(owner, round(fps / 2)), owner, -1)
