"""A motion that is repeated mirror-wise, and views of it out of step or with exchanged limbs."""

from dataclasses import replace

import numpy as np

from canonpose.datamodel import Keypoints
from canonpose.skeleton import layout
from synthetic_people import Ring, bodies, take

SKELETON = layout("coco17")
ROUND = 75
"""Frames after which the other side does the same."""
OWN = 0.3
"""What each round has of its own."""


def exchanged(view: Keypoints, frames: np.ndarray | slice = slice(None)) -> Keypoints:
    """The view with all left and right limbs taken for each other in some frames."""
    positions, scores = view.positions.copy(), view.scores.copy()
    positions[frames] = positions[frames][:, view.skeleton.mirror_indices]
    scores[frames] = scores[frames][:, view.skeleton.mirror_indices]
    return replace(view, positions=positions, scores=scores)


def dance(late: str = "") -> dict[str, Keypoints]:
    """Three rounds as c0 to c3 see them, of which one may begin a round later."""
    steps = bodies(ROUND, SKELETON)
    other_side = steps[:, SKELETON.mirror_indices] * [-1, 1, 1]
    rounds = np.concatenate([steps, other_side, steps, other_side])
    points = (1 - OWN) * rounds + OWN * bodies(len(rounds), SKELETON, seed=1)
    random = np.random.default_rng(0)
    views = {}
    for camera, view in take(points, SKELETON, Ring()).views.items():
        kept = slice(ROUND, None) if camera == late else slice(None, -ROUND)
        noise = random.normal(0, 2, view.positions.shape).astype(np.float32)
        positions = (view.positions + noise)[kept]
        views[camera] = replace(view, positions=positions, scores=view.scores[kept])
    return views
