"""The one person of a file, or of a take, among those whom the cameras saw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from canonpose.datamodel import Keypoints
from canonpose.errors import InputError
from canonpose.people.agreement import Seen, Vote, agreement
from canonpose.people.detections import Detections
from canonpose.people.following import Following, follow, joined
from canonpose.people.tracks import Tracks, along, body_sizes, link
from canonpose.people.verifying import verified
from canonpose.skeleton import Skeleton
from canonpose.skeleton.convert import complete

MOST_CANDIDATES = 6
"""People per camera that are compared across cameras, the most prominent ones."""
MOST_CHANGES = 6
"""That are told of a view."""
USUAL_FPS = 30.0
"""Where the files do not tell."""

VoteOn = Callable[[Seen, Seen, Skeleton], float]
"""A `Vote` that is told of which joints the detections are."""


@dataclass(frozen=True, eq=False)
class View:
    """One camera's people, linked over time."""

    detections: Detections
    tracks: Tracks
    """Numbered as users number them, less one."""
    camera: str = ""

    @classmethod
    def of(cls, detections: Detections, camera: str = "") -> "View":
        """The people of one file."""
        return cls(detections, link(detections.people), camera)

    @property
    def open_ended(self) -> bool:
        """Whether frames without people may follow that the file does not list."""
        return self.detections.open_ended

    def cut(self, first: int, stop: int) -> "View":
        """The view from one of its frames to before another; empty behind the file's end."""
        missing = max(stop - len(self.detections), 0)
        people = np.pad(
            self.detections.people, ((0, missing), (0, 0), (0, 0), (0, 0)), constant_values=np.nan
        )
        people[len(self.detections) :, ..., 2] = 0
        tracks = np.pad(self.tracks, ((0, 0), (0, missing)), constant_values=-1)
        times = None if self.detections.times is None else self._times(missing)[first:stop]
        detections = replace(self.detections, people=people[first:stop], times=times)
        return replace(self, detections=detections, tracks=tracks[:, first:stop])

    def _times(self, missing: int) -> Float[np.ndarray, " frame"]:
        """The frames' times, going on behind the file's end at its frame rate."""
        times = self.detections.times
        assert times is not None
        fps = self.detections.fps or (len(times) - 1) / max(float(np.ptp(times)), 1e-9)
        return np.append(times, times[-1] + np.arange(1, missing + 1) / fps)

    def chosen_by_user(self, person: int | None) -> int | None:
        """Index of the person that the user asks for, if any.

        Raises
        ------
        InputError
            If there is no such person.

        """
        if person is None:
            return None
        if not 1 <= person <= len(self.tracks):
            of_camera = f" (camera {self.camera!r})" if self.camera else ""
            raise InputError(
                f"{self.detections.source}{of_camera}: person {person} is asked for, but its "
                f"people are numbered 1 to {len(self.tracks)}; choose among these."
            )
        return person - 1


def choose_in_view(view: View, person: int | None = None) -> tuple[int, str]:
    """The person of one view: who is seen longest, most clearly and largest.

    Parameters
    ----------
    view : View
        One camera's people.
    person : int, optional
        The number of the person to take instead, from 1.

    Returns
    -------
    index : int
    words : str
        Who that is, for `Keypoints.person`.

    Raises
    ------
    InputError
        If there is no person of that number.

    """
    asked = view.chosen_by_user(person)
    if asked is not None:
        return asked, describe(view, asked, "as asked for")
    best = int(prominence(view).argmax())
    return best, describe(view, best, "tracks best over time")


def choose_across_views(
    views: Sequence[View], persons: Mapping[str, int], vote: VoteOn | None = None
) -> list[tuple[int, str]]:
    """The same person in all views of a take: the set of people that agrees best.

    What counts is how well every two of them agree (`agreement`: their motion and the rank of
    their joint image), and how prominent each is in its own view.

    Parameters
    ----------
    views : sequence of View
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
    pairs = _pairwise(views, candidates, _bound(vote, views))
    own = [merit[c] for merit, c in zip(merits, candidates, strict=True)]
    chosen = [int(c[i]) for c, i in zip(candidates, _best_tuple(pairs, own), strict=True)]
    reasons = ("as asked for" if v.camera in persons else _WITH_OTHERS for v in views)
    return [(i, describe(v, i, why)) for v, i, why in zip(views, chosen, reasons, strict=True)]


def follow_across_views(
    views: Sequence[View], persons: Mapping[str, int], vote: VoteOn | None = None
) -> list[tuple[Int[np.ndarray, " frame"], str]]:
    """The same person in all views of a take, through all tracks that are that person.

    Starts from `choose_across_views`, whose parameters these are; a view where the user asks for a
    person keeps that one track.

    Returns
    -------
    list of (slots, words)
        A view each: the slot that holds the person in each frame, -1 where not seen, and who that
        is.
    """
    choices = choose_across_views(views, persons, vote)
    skeleton = views[0].detections.skeleton
    fixed = [place for place, view in enumerate(views) if view.camera in persons]
    followings = [
        Following(view.detections.people, view.tracks, index)
        for view, (index, _) in zip(views, choices, strict=True)
    ]
    fps = views[0].detections.fps or USUAL_FPS
    opinion = _bound(vote, views)
    owners = follow(followings, fixed, fps=fps, vote=opinion)
    pairs = [
        (skeleton.detected.index(left), skeleton.detected.index(right))
        for left, right in skeleton.pairs
        if left in skeleton.detected and right in skeleton.detected
    ]
    owners = verified(followings, owners, fixed, fps=fps, pairs=pairs, vote=opinion)
    return [
        (joined(view.tracks, owner), words + _changes(view, owner, index))
        for view, owner, (index, words) in zip(views, owners, choices, strict=True)
    ]


def _bound(vote: VoteOn | None, views: Sequence[View]) -> Vote | None:
    if vote is None:
        return None
    skeleton = views[0].detections.skeleton
    return lambda first, second: vote(first, second, skeleton)


def _changes(view: View, owners: Int[np.ndarray, " frame"], chosen: int) -> str:
    """Where a view's person is another track than the chosen, or nobody though it goes on."""
    words = []
    borders = np.flatnonzero(np.diff(owners)) + 1
    for piece in np.split(np.arange(len(owners)), borders):
        owner = int(owners[piece[0]])
        span = f"in frames {piece[0]} to {piece[-1]}"
        if owner >= 0 and owner != chosen:
            words.append(f"person {owner + 1} {span}")
        elif owner < 0 and (view.tracks[chosen, piece] >= 0).any():
            words.append(f"nobody {span}")
    if len(words) > MOST_CHANGES:
        words[MOST_CHANGES - 1 :] = [f"and {len(words) - MOST_CHANGES + 1} more such stretches"]
    return "; but " + ", ".join(words) if words else ""


_WITH_OTHERS = "moves with the other cameras"


def _pairwise(
    views: Sequence[View],
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


def prominence(view: View) -> Float[np.ndarray, " track"]:
    """Coverage x mean confidence x size of every person, relative to the view's best."""
    values = np.zeros(len(view.tracks))
    for index, track in enumerate(view.tracks):
        if not (track >= 0).any():
            continue
        seen = along(view.detections.people, track)[track >= 0]
        size = float(np.median(body_sizes(seen)))
        values[index] = (track >= 0).mean() * float(seen[..., 2].mean()) * size
    return values / max(float(values.max()), 1e-12)


def describe(view: View, index: int, reason: str) -> str:
    """Who a person is, and how many others there are."""
    frames = f"seen in {(view.tracks[index] >= 0).sum()} of {view.tracks.shape[1]} frames"
    if len(view.tracks) == 1:
        return f"the only person: {frames}"
    return f"person {index + 1} of {len(view.tracks)}: {frames}, {reason}"


def to_keypoints(
    detections: Detections,
    track: Int[np.ndarray, " frame"],
    *,
    camera: str = "",
    person: str = "",
) -> Keypoints:
    """One person's detections in the data model, with the skeleton's derived joints."""
    seen = along(detections.people, track)
    positions, scores = complete(seen[..., :2], seen[..., 2], detections.skeleton)
    return Keypoints(
        positions=positions,
        scores=scores,
        skeleton=detections.skeleton,
        fps=detections.fps,
        times=detections.times,
        image_size=detections.image_size,
        camera=camera,
        source=detections.source,
        person=person,
    )
