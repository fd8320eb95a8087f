"""Scenes whose solution is known, as `solve` would give it."""

from dataclasses import replace

import numpy as np

from canonpose.chirality import ChiralityVote
from canonpose.geometry.cameras import Camera
from canonpose.refining import train_refined
from canonpose.solving.solved import MirrorVotes, Solved, SolvedRig, SolvedTake
from solving.rigs import FOCAL, MIDDLE, SKELETON


def solution_of(shown, sigma=0.01, perspective=True):
    """The true world and cameras of a scene, in metres."""
    names = list(shown.capture.cameras)
    turns = dict(zip(names, shown.ring.rotations, strict=True))
    cameras = {
        name: Camera(
            name=name,
            size=(1920, 1920),
            matrix=np.array([[FOCAL, 0, MIDDLE], [0, FOCAL, MIDDLE], [0, 0, 1.0]]),
            distortion=np.zeros(5),
            rotation=turn,
            translation=np.array([0, 0, shown.ring.distance]),
        )
        for name, turn in turns.items()
    }
    takes = tuple(
        SolvedTake(
            name=take.name,
            rig=take.rig,
            positions=world,
            valid=np.isfinite(world).all(-1),
            scores=np.ones(world.shape[:2]),
            sigma=np.full(world.shape[:2], sigma),
        )
        for take, world in zip(shown.capture.takes, shown.worlds, strict=True)
    )
    vote = ChiralityVote(1.0, {}, len(shown.worlds[0]))
    rig = SolvedRig(
        name=shown.capture.takes[0].rig,
        projection="perspective" if perspective else "weak",
        lens="",
        rotations=turns,
        cameras=cameras if perspective else {},
        reports=(),
        joint_errors={},
        votes=MirrorVotes(vote, 1.0, 9.0, False),
        focal_deviation=0.01,
    )
    return Solved(takes, (rig,), SKELETON, "m")


def without_frames(solved, frames):
    """The same with no joint solved in some frames of the first take."""
    first, *others = solved.takes
    positions, valid = first.positions.copy(), first.valid.copy()
    positions[frames], valid[frames] = np.nan, False
    return replace(solved, takes=(replace(first, positions=positions, valid=valid), *others))


class Solving:
    """In place of `solve`: the answers in turn, the last again and again; errors are raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.lifters = []

    def __call__(self, capture, lifter, **more):
        self.lifters.append(lifter)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


def stages_of(capture, run, training, refining, **more):
    """The stages that a training of a student tells of, in order, each once."""
    stages = []
    train_refined(
        capture,
        run,
        training,
        refining,
        device="cpu",
        progress=lambda stage, one: stages.append(stage),
        **more,
    )
    return list(dict.fromkeys(stages))
