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
from jaxtyping import Float, Int
from scipy.ndimage import binary_dilation

from canonpose.people.following import Following, Owners, cheapest_path, joined
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
) -> tuple[list[Owners], list[bool]]:
    """The owners that geometry bears out, and of which views it could tell.

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

    Returns
    -------
    owners : list of array
    told : list of bool
        Whether the view's camera stands still against another's; else its owners are as given.
    """
    owners = [owner.copy() for owner in owners]
    for _ in range(ROUNDS):
        rig = still_rig(views, owners)
        told = [any(view in pair for pair in rig) for view in range(len(views))]
        before = [owner.copy() for owner in owners]
        for view in range(len(views)):
            if told[view] and view not in fixed:
                found = _misfits(view, views, owners, rig, pairs)
                owners[view] = _followed(owners[view], found, views[view], fps)
        if all((a == b).all() for a, b in zip(before, owners, strict=True)):
            break
    for view in range(len(views)):
        if told[view] and view not in fixed:
            found = _misfits(view, views, owners, rig, pairs)
            owners[view] = _sure(owners[view], found, views[view], fps)
    return owners, told


def still_rig(views: Sequence[Following], owners: Sequence[Owners]) -> Rig:
    """The pairs of cameras that stand still against each other, by (view, view)."""
    seen = [along(v.people, joined(v.tracks, owner)) for v, owner in zip(views, owners, strict=True)]
    found = {(a, b): still_pair(seen[a], seen[b]) for a, b in combinations(range(len(views)), 2)}
    return {views_: pair for views_, pair in found.items() if pair is not None}


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


def _followed(owner: Owners, misfits: Misfits, view: Following, fps: float) -> Owners:
    """The cheapest sequence of tracks and nobody, by windows."""
    frames = misfits.shape[1]
    count = max(round(frames / (WINDOW * fps)), 1)
    windows = np.array_split(np.arange(frames), count)
    fits = np.clip(1 - misfits / SOMEBODY_ELSE, -1, 1)
    gains = np.zeros((count, len(view.tracks) + 1))  # the last is nobody
    for place, window in enumerate(windows):
        for track in range(len(view.tracks)):
            known = fits[track, window][~np.isnan(fits[track, window])]
            there = (view.tracks[track, window] >= 0).mean()
            gains[place, track] = known.mean() * there if len(known) else 0.0
    states = cheapest_path(gains, CHANGE)
    states[states == len(view.tracks)] = -1
    return np.concatenate(
        [np.full(len(window), state) for window, state in zip(windows, states, strict=True)]
    )


def _sure(owner: Owners, misfits: Misfits, view: Following, fps: float) -> Owners:
    """Nobody where the owner does not fit, around changes, and where nothing tells for long."""
    frames = np.arange(len(owner))
    own = _smoothed(misfits, fps)[np.maximum(owner, 0), frames]
    known = ~np.isnan(own) & (owner >= 0)
    fits = known & (own <= SOMEBODY_ELSE)
    near = binary_dilation(fits, iterations=max(round(REACH * fps), 1))
    kept = (owner >= 0) & np.where(known, fits, near)
    borders = np.flatnonzero(np.diff(owner)) + 1
    for border in borders:
        if owner[border - 1] >= 0 and owner[border] >= 0:
            kept[max(border - round(AROUND * fps), 0) : border + round(AROUND * fps)] = False
    return np.where(kept, owner, -1)
