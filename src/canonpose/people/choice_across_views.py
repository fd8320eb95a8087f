"""The same person in all views of a take: the set of people, one a view, that agrees best."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int

from canonpose.people.agreement import Vote, VoteOn, agreement, told_of
from canonpose.people.choice_in_view import choose_in_view, describe, prominence
from canonpose.people.tracked_view import TrackedView
from canonpose.people.tracks import along

MOST_CANDIDATES = 6
"""People per camera that are compared across cameras, the most prominent ones."""

_WITH_OTHERS = "moves with the other cameras"


def choose_across_views(
    views: Sequence[TrackedView], persons: Mapping[str, int], vote: VoteOn | None = None
) -> list[tuple[int, str]]:
    """The same person in all views of a take: the set of people that agrees best.

    What counts is how well every two of them agree (`agreement`: their motion and the rank of
    their joint image), and how prominent each is in its own view.

    Parameters
    ----------
    views : sequence of TrackedView
        All of the same frames.
    persons : mapping
        Camera to the number of the person to take there, from 1.
    vote : callable, optional
        A further opinion, as a trained lifter has it; asked only where a view holds several people.

    Returns
    -------
    list of (index, words)
        As `choose_in_view`, a view each.

    """
    if all(len(view.tracks) == 1 or view.camera in persons for view in views):
        return [choose_in_view(view, persons.get(view.camera)) for view in views]
    merits = [prominence(view) for view in views]
    candidates = []
    for view, merit in zip(views, merits, strict=True):
        asked = view.chosen_by_user(persons.get(view.camera))
        ranked = np.argsort(-merit, kind="stable")[:MOST_CANDIDATES]
        candidates.append(ranked if asked is None else np.array([asked]))
    pairs = _pairwise(views, candidates, told_of(vote, views[0].detections.skeleton))
    own = [merit[c] for merit, c in zip(merits, candidates, strict=True)]
    chosen = [int(c[i]) for c, i in zip(candidates, _best_tuple(pairs, own), strict=True)]
    reasons = ("as asked for" if v.camera in persons else _WITH_OTHERS for v in views)
    return [(i, describe(v, i, why)) for v, i, why in zip(views, chosen, reasons, strict=True)]


def _pairwise(
    views: Sequence[TrackedView],
    candidates: Sequence[Int[np.ndarray, " _"]],
    vote: Vote | None,
) -> dict[tuple[int, int], Float[np.ndarray, "_ _"]]:
    """Agreement of every two candidates of different views, by (view, view)."""
    seen = [
        [along(view.detections.people, view.tracks[i]) for i in indices]
        for view, indices in zip(views, candidates, strict=True)
    ]
    pairs = {}
    for a in range(len(views)):
        for b in range(a + 1, len(views)):
            pairs[a, b] = np.array([[agreement(p, q, vote) for q in seen[b]] for p in seen[a]])
            pairs[b, a] = pairs[a, b].T
    return pairs


def _best_tuple(
    pairs: Mapping[tuple[int, int], Float[np.ndarray, "_ _"]],
    own: Sequence[Float[np.ndarray, " _"]],
) -> list[int]:
    """One candidate a view, so that mean agreement and mean prominence add up to the most.

    All combinations would be too many, so every candidate is a start from which each view in turn
    takes the candidate that suits the others best, until none changes.
    """
    best, best_value = [0] * len(own), -np.inf
    for view, values in enumerate(own):
        for start in range(len(values)):
            chosen = [
                start if other == view else int((pairs[view, other][start] + own[other]).argmax())
                for other in range(len(own))
            ]
            value = _improve(chosen, pairs, own)
            if value > best_value + 1e-12:
                best, best_value = chosen, value
    return best


def _improve(
    chosen: list[int],
    pairs: Mapping[tuple[int, int], Float[np.ndarray, "_ _"]],
    own: Sequence[Float[np.ndarray, " _"]],
) -> float:
    """Let every view change to its best candidate, in place; the value of the result."""
    others = max(len(own) - 1, 1)

    def values_in(view: int) -> Float[np.ndarray, " _"]:
        support = [pairs[other, view][chosen[other]] for other in range(len(own)) if other != view]
        return np.sum(support, axis=0) / others + own[view]

    for _ in range(100):  # each change raises the total, so that this ends; 100 is out of reach
        before = list(chosen)
        for view in range(len(own)):
            chosen[view] = int(values_in(view).argmax())
        if chosen == before:
            break
    agreeing = sum(pairs[a, b][chosen[a], chosen[b]] for a, b in pairs) / others
    return float(agreeing / len(own) + np.mean([own[v][i] for v, i in enumerate(chosen)]))
