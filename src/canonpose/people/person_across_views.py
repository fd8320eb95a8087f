"""The same person in all views of a take, through all tracks that are that person."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Int

from canonpose.datamodel import ASSUMED_FPS
from canonpose.people.agreement import VoteOn, told_of
from canonpose.people.choice_across_views import choose_across_views
from canonpose.people.crowd import Candidates, Crowd, Owners, joined
from canonpose.people.following import follow
from canonpose.people.tracked_view import TrackedView
from canonpose.people.verifying import verified
from canonpose.skeleton import Skeleton

MOST_CHANGES = 6
"""That are told of a view."""


def follow_across_views(
    views: Sequence[TrackedView], persons: Mapping[str, int], vote: VoteOn | None = None
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
    crowd = Crowd(
        [
            Candidates(view.detections.people, view.tracks, index)
            for view, (index, _) in zip(views, choices, strict=True)
        ],
        fixed=[place for place, view in enumerate(views) if view.camera in persons],
        fps=views[0].detections.fps or ASSUMED_FPS,
        pairs=_detected_pairs(skeleton),
        vote=told_of(vote, skeleton),
    )
    owners = verified(crowd, follow(crowd))
    return [
        (joined(view.tracks, owner), words + _changes(view, owner, index))
        for view, owner, (index, words) in zip(views, owners, choices, strict=True)
    ]


def _detected_pairs(skeleton: Skeleton) -> list[tuple[int, int]]:
    """Left and right of the joints that a detector finds."""
    place = {joint: number for number, joint in enumerate(skeleton.detected)}
    return [(place[a], place[b]) for a, b in skeleton.pairs if a in place and b in place]


def _changes(view: TrackedView, owners: Owners, chosen: int) -> str:
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
