"""The person followed, made sure of frame by frame; where in doubt, nobody is taken.

A bystander's frame does more harm in training than the loss of a good one. So once the person is
followed through all views (`canonpose.people.following`), still cameras' geometry says in every
frame whether what a view shows stands where the other views' person does. A view changes to the
track that does, and shows nobody where none does, around each change, and where no other view
tells. Views whose cameras move are judged by how clearly their person agrees better with the other
views than anybody else there.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int

from canonpose.people.crowd import Candidates, Crowd, Owners
from canonpose.people.following import (
    NOBODY,
    cheapest_path,
    likenesses,
    window_length,
    windows_of,
)
from canonpose.people.still_cameras import StillPair, still_pair

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


def verified(crowd: Crowd, owners: Sequence[Owners]) -> list[Owners]:
    """The owners, a view each, that are borne out; -1 elsewhere."""
    owners = [owner.copy() for owner in owners]
    places = range(len(crowd.views))
    for _ in range(ROUNDS):
        rig = still_rig(crowd.views, owners)
        told = [any(place in pair for pair in rig) for place in places]
        before = [owner.copy() for owner in owners]
        for place in places:
            if told[place] and place not in crowd.fixed:
                found = _fits(crowd, place, owners, rig)
                alone = sum(place in pair for pair in rig) == 1
                owners[place] = _followed(
                    owners[place], found, crowd.views[place], crowd.fps, alone
                )
        if all((a == b).all() for a, b in zip(before, owners, strict=True)):
            break
    result = list(owners)
    for place in set(places) - set(crowd.fixed):
        if told[place]:
            found = _fits(crowd, place, owners, rig)
            result[place] = _sure(owners[place], found, crowd.fps)
        elif len(crowd.views[place].tracks) > 1:
            result[place] = _clear(crowd, place, owners)
    return result


def still_rig(views: Sequence[Candidates], owners: Sequence[Owners]) -> Rig:
    """The pairs of cameras that stand still against each other, by (view, view).

    Where the owners of two views fit badly, as when a view shows somebody else in half of the
    frames, all of a view's tracks are tried against the other's owner.
    """
    seen = [view.followed(owner) for view, owner in zip(views, owners, strict=True)]
    found = {(a, b): still_pair([seen[a]], seen[b]) for a, b in combinations(range(len(views)), 2)}
    usual = min((still.noise for still in found.values() if still is not None), default=np.inf)
    rig = {pair: still for pair, still in found.items() if still is not None}
    for a, b in found:
        for view, other in ((a, b), (b, a)):
            present = rig.get((a, b)) or rig.get((b, a))
            suspect = present is None or present.noise > SUSPECT * usual
            if suspect and np.isfinite(usual) and len(views[view].tracks) > 1:
                still = still_pair(views[view].each(), seen[other])
                if still is not None and (present is None or still.noise < present.noise / 2):
                    rig.pop((other, view), None)
                    rig[view, other] = still
    return rig


def _fits(
    crowd: Crowd, place: int, owners: Sequence[Owners], rig: Mapping[tuple[int, int], StillPair]
) -> Fits:
    """How well every track of a view fits the other views' person, the mean of these."""
    seen_by_others = {
        pair: crowd.views[other].followed(owners[other])
        for pair in rig
        if place in pair
        for other in set(pair) - {place}
    }
    rows = []
    for person in crowd.views[place].each():
        found = []
        for pair, seen in seen_by_others.items():
            both = (person, seen) if place == pair[0] else (seen, person)
            misfit = rig[pair].misfit(*both, crowd.pairs)
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


def _followed(owner: Owners, fits: Fits, view: Candidates, fps: float, alone: bool) -> Owners:
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


def _clear(crowd: Crowd, place: int, owners: Sequence[Owners]) -> Owners:
    """Nobody where the owner is not clearly more like the other views' person than all others."""
    owner = owners[place]
    windows = windows_of(len(owner), crowd.fps, window_length(crowd.fps))
    alike = likenesses(crowd, place, owners, windows)
    kept = np.zeros(len(owner), dtype=bool)
    for window, values in zip(windows, alike, strict=True):
        for frame in window:
            rivals = np.delete(values, owner[frame]) if owner[frame] >= 0 else values
            kept[frame] = owner[frame] >= 0 and (
                values[owner[frame]] >= max(NOBODY, rivals.max() + CLEARLY)
            )
    return np.where(kept & ~_around_changes(owner, round(crowd.fps / 2)), owner, -1)
