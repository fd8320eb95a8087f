"""Synthetic people as a detector with habits of its own sees them."""

from dataclasses import replace

import numpy as np

from canonpose.datamodel import Keypoints
from canonpose.skeleton import convert, layout
from canonpose.skeleton.convert import complete
from synthetic_people import RING3, bodies, keypoints, turning

TRUE = layout("canonpose16")
SEEN = layout("body25b")
ROUGH = layout("coco17")


def true_views(person, frames=80, skeleton=TRUE):
    """One person, by three cameras, exactly."""
    world = turning(bodies(frames, skeleton, seed=person, spread=0.03), seed=person)
    pixels = RING3.see(world)
    return [keypoints(pixels[:, v], skeleton, f"c{v}", fps=25.0) for v in range(len(RING3))]


def detected(view, skeleton=ROUGH, *, habits=True):
    """What such a detector sees of exact keypoints: hips too high, shoulders too far out."""
    everything = convert(view.positions, view.scores, view.skeleton, skeleton)
    positions, scores = (array.copy() for array in everything)
    if habits:
        at = skeleton.index
        trunk = positions[:, at("left_shoulder")] - positions[:, at("left_hip")]
        for side in ("left", "right"):
            positions[:, at(f"{side}_hip")] += 0.15 * trunk
        apart = positions[:, at("left_shoulder")] - positions[:, at("right_shoulder")]
        positions[:, at("left_shoulder")] += 0.15 * apart
        positions[:, at("right_shoulder")] -= 0.15 * apart
    names = skeleton.indices(skeleton.detected)
    positions, scores = complete(positions[:, names], scores[:, names], skeleton)
    return replace(view, positions=positions, scores=scores, skeleton=skeleton)


def pairs(people, *, habits=True, true=TRUE, seen=ROUGH, frames=80):
    """(detected, true) of several people."""
    everything = layout("halpe26")
    made = []
    for person in people:
        for view in true_views(person, frames, everything):
            made.append((detected(view, seen, habits=habits), in_skeleton(view, true)))
    return made


def in_skeleton(view: Keypoints, skeleton) -> Keypoints:
    positions, scores = convert(view.positions, view.scores, view.skeleton, skeleton)
    return replace(view, positions=positions, scores=scores, skeleton=skeleton)


def hidden(view: Keypoints, frame, joint) -> Keypoints:
    """The same, with a joint missing, and what derives from it."""
    skeleton = view.skeleton
    names = skeleton.indices(skeleton.detected)
    positions, scores = view.positions[:, names].copy(), view.scores[:, names].copy()
    positions[frame, skeleton.detected.index(joint)] = np.nan
    scores[frame, skeleton.detected.index(joint)] = 0
    positions, scores = complete(positions, scores, skeleton)
    return replace(view, positions=positions, scores=scores)
