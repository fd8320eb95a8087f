"""Two people before cameras with perspective, the second one aside."""

import numpy as np

from canonpose.people.crowd import Candidates
from canonpose.skeleton import layout
from synthetic_people import Ring, bodies, turning

SKELETON = layout("coco17")
FRAMES = 240
RING = Ring((0.0, 70.0, 160.0), (5.0, -8.0, 15.0), 5.0)
PAIRS = [
    (SKELETON.detected.index(left), SKELETON.detected.index(right))
    for left, right in SKELETON.pairs
    if left in SKELETON.detected and right in SKELETON.detected
]


def seen(points, ring=RING, noise=1.0, seed=0):
    """[view, frame, joint, (x, y, score)]"""
    pixels = np.moveaxis(ring.see(points[:, : len(SKELETON.detected)]), 1, 0)
    pixels = pixels + noise * np.random.default_rng(seed).standard_normal(pixels.shape)
    return np.concatenate([pixels, np.ones((*pixels.shape[:-1], 1))], axis=-1)


def person(seed, aside=0.0, delay=0):
    points = turning(bodies(FRAMES + delay, SKELETON, seed=seed), seed=seed)[delay:]
    path = np.sin(np.arange(FRAMES) / 40 + seed)[:, None, None] * [0.5, 0, 0.3]
    return points + path + np.array([aside, 0, 0.4 * aside])


def crowd(ring=RING, other=None):
    """Candidates of each view: track 0 is the subject, track 1 the bystander."""
    people = [seen(person(0), ring), seen(person(1, aside=1.2) if other is None else other, ring)]
    tracks = np.repeat([[0], [1]], FRAMES, axis=1)
    return [
        Candidates(np.stack([one, two], axis=1), tracks.copy(), 0)
        for one, two in zip(*people, strict=True)
    ]


def swapped(view, moment):
    """The view with a tracker that exchanges its two people from a moment on."""
    tracks = view.tracks.copy()
    tracks[:, moment:] = tracks[::-1, moment:].copy()
    return Candidates(view.people, tracks, view.chosen)


def shares(view, owner):
    """Of the frames: in which the subject is taken, and in which the bystander is."""
    slots = np.where(owner >= 0, view.tracks[owner, np.arange(FRAMES)], -1)
    return (slots == 0).mean(), (slots == 1).mean()
