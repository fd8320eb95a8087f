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

from canonpose.people.agreement import Vote
from canonpose.people.following import (
    NOBODY,
    Following,
    Owners,
    cheapest_path,
    joined,
    likenesses,
    window_length,
    windows_of,
)
from canonpose.people.still_cameras import Pairs, StillPair, still_pair
from canonpose.people.tracks import along

SOMEBODY_ELSE = 4.0
"""Usual distances at which it is in doubt who it is: one person is seldom so far off another view,
somebody else seldom nearer."""
SPAN = 0.3
"""Seconds over which distances are averaged (their median)."""
WINDOW = 0.2
"""Seconds; a view changes its track between windows."""
NOBODY_FITS = -0.3
"""How well (-1 to 1) somebody must fit not to be left out before it is known who else is wrong: a
view whose person fits one of two others stays until the third is mended."""
STAYS = 0.2
"""In favour of whoever is taken: where two others contradict each other, neither decides."""
CHANGE = 1.0
"""Windows of clear evidence that a change of track needs."""
AROUND = 0.2
"""Seconds that are left out before and after a change of track."""
REACH = 0.5
"""Seconds without word of another view over which a track that fits before and after is kept."""
CLEARLY = 0.3
"""Likeness by which a person must exceed all others of a view whose camera moves."""
SUSPECT = 3.0
"""Times the least noise of two cameras' matches, from which on somebody else may be among them."""
ROUNDS = 3

Rig = dict[tuple[int, int], StillPair]
Fits = Float[np.ndarray, "track frame"]
"""From -1, off all other views' person, by 0, in doubt, to 1; NaN where no other view tells."""


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
                found = _fits(view, views, owners, rig, pairs)
                alone = sum(view in pair for pair in rig) == 1
                owners[view] = _followed(owners[view], found, views[view], fps, alone)
        if all((a == b).all() for a, b in zip(before, owners, strict=True)):
            break
    result = list(owners)
    for view in set(range(len(views))) - set(fixed):
        if told[view]:
            found = _fits(view, views, owners, rig, pairs)
            result[view] = _sure(owners[view], found, fps)
        elif len(views[view].tracks) > 1:
            result[view] = _clear(view, views, owners, fps, vote)
    return result


def still_rig(views: Sequence[Following], owners: Sequence[Owners]) -> Rig:
    """The pairs of cameras that stand still against each other, by (view, view).

    Where the owners of two views fit badly, as when a view shows somebody else in half of the
    frames, all of a view's tracks are tried against the other's owner.
    """
    seen = [
        along(v.people, joined(v.tracks, owner)) for v, owner in zip(views, owners, strict=True)
    ]
    found = {(a, b): still_pair([seen[a]], seen[b]) for a, b in combinations(range(len(views)), 2)}
    usual = min((still.noise for still in found.values() if still is not None), default=np.inf)
    rig = {pair: still for pair, still in found.items() if still is not None}
    for a, b in found:
        for view, other in ((a, b), (b, a)):
            present = rig.get((a, b)) or rig.get((b, a))
            suspect = present is None or present.noise > SUSPECT * usual
            if suspect and np.isfinite(usual) and len(views[view].tracks) > 1:
                tracks = [along(views[view].people, track) for track in views[view].tracks]
                still = still_pair(tracks, seen[other])
                if still is not None and (present is None or still.noise < present.noise / 2):
                    rig.pop((other, view), None)
                    rig[view, other] = still
    return rig


def _fits(
    view: int,
    views: Sequence[Following],
    owners: Sequence[Owners],
    rig: Mapping[tuple[int, int], StillPair],
    pairs: Pairs,
) -> Fits:
    """How well every track of a view fits the other views' person, the mean of these."""
    rows = []
    for track in views[view].tracks:
        person, found = along(views[view].people, track), []
        for (a, b), still in rig.items():
            if view in (a, b):
                other = b if view == a else a
                seen = along(views[other].people, joined(views[other].tracks, owners[other]))
                both = (person, seen) if view == a else (seen, person)
                misfit = still.misfit(*both, pairs)
                found.append(np.clip(1 - misfit / SOMEBODY_ELSE, -1, 1))
        rows.append(_mean_of_known(np.stack(found)))
    return np.stack(rows)


def _mean_of_known(values: Float[np.ndarray, "row column"]) -> Float[np.ndarray, " column"]:
    """The mean over the rows, NaN where none is known."""
    known = ~np.isnan(values)
    total = np.where(known, values, 0).sum(0)
    return np.where(known.any(0), total / np.maximum(known.sum(0), 1), np.nan)


def _smoothed(fits: Fits, fps: float) -> Fits:
    """Medians over `SPAN` of what is known, NaN where a frame is not."""
    reach = round(SPAN * fps / 2)
    padded = np.pad(fits, ((0, 0), (reach, reach)), constant_values=np.nan)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=1)
    smooth = np.full(fits.shape, np.nan)
    known = ~np.isnan(fits)
    smooth[known] = np.nanmedian(around[known], axis=-1)
    return smooth


def _followed(owner: Owners, fits: Fits, view: Following, fps: float, alone: bool) -> Owners:
    """The cheapest sequence of tracks and nobody, by windows.

    If only one other view tells, there is no telling which of the two exchanged people who both
    stay: then only the chosen track counts, and those that are never seen together with it.
    """
    windows = windows_of(fits.shape[1], fps, WINDOW)
    gains = np.full((len(windows), len(view.tracks) + 1), NOBODY_FITS)  # the last is nobody
    for place, window in enumerate(windows):
        seen = (view.tracks[:, window] >= 0).mean(1)
        known = ~np.isnan(fits[:, window])
        total = np.where(known, fits[:, window], 0).sum(1)
        gains[place, :-1] = (total / np.maximum(known.sum(1), 1)) * seen
        gains[place, owner[window[0]]] += STAYS  # -1, nobody, is the last
    if alone:
        there = view.tracks >= 0
        beside = (there & there[view.chosen]).any(1)
        beside[view.chosen] = False
        gains[:, :-1][:, beside] = -1
    return _by_windows(cheapest_path(gains, CHANGE), windows, len(view.tracks))


def _by_windows(
    states: Int[np.ndarray, " window"], windows: Sequence[Int[np.ndarray, " _"]], nobody: int
) -> Owners:
    lengths = [len(window) for window in windows]
    return np.repeat(np.where(states == nobody, -1, states), lengths)


def _sure(owner: Owners, fits: Fits, fps: float) -> Owners:
    """Nobody where the owner does not fit, around changes, and where nothing tells for long."""
    from scipy.ndimage import binary_closing  # slow to import, for readers of one person's files

    frames = np.arange(len(owner))
    own = _smoothed(fits, fps)[np.maximum(owner, 0), frames]
    known = ~np.isnan(own) & (owner >= 0)
    sure = known & (own >= 0)
    between = binary_closing(sure, iterations=max(round(REACH * fps / 2), 1))
    kept = (owner >= 0) & np.where(known, sure, between)
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
    windows = windows_of(len(owner), fps, window_length(fps))
    alike = likenesses(views[view], others, windows, fps, vote)
    kept = np.zeros(len(owner), dtype=bool)
    for window, values in zip(windows, alike, strict=True):
        for frame in window:
            rivals = np.delete(values, owner[frame]) if owner[frame] >= 0 else values
            kept[frame] = owner[frame] >= 0 and (
                values[owner[frame]] >= max(NOBODY, rivals.max() + CLEARLY)
            )
    return np.where(kept & ~_around_changes(owner, round(fps / 2)), owner, -1)
