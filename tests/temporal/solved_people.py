"""Synthetic people as if they had been solved."""

import numpy as np

from canonpose.chirality import ChiralityVote
from canonpose.solving.solved import MirrorVotes, Solved, SolvedRig, SolvedTake
from synthetic_people import RING3, capture

TO_Z_UP = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""From x right, y down, z away."""


def solved_people(frames=80, people=1, tremble=0.0):
    """A capture and its solution, exact but for white noise, in body heights."""
    footage, worlds = capture(frames, people=people)
    random = np.random.default_rng(0)
    takes, rigs = [], []
    votes = MirrorVotes(ChiralityVote(1.0, {}, 1), np.nan, np.nan, False)
    for take, world in zip(footage.takes, worlds, strict=True):
        positions = world @ TO_Z_UP.T / 1.75
        positions = positions + tremble * random.standard_normal(positions.shape)
        there = np.ones(positions.shape[:2])
        takes.append(
            SolvedTake(take.name, take.rig, positions, there > 0, there, 0.005 * there, fps=25.0)
        )
        rotations = dict(zip(footage.cameras, RING3.rotations @ TO_Z_UP.T, strict=True))
        rigs.append(
            SolvedRig(take.rig, "weak", "", rotations, {}, (), {}, votes, focal_deviation=np.nan)
        )
    return footage, Solved(tuple(takes), tuple(rigs), footage.skeleton, "body_height"), worlds
