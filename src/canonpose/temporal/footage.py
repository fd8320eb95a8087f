"""What a temporal lifter is trained on: solved footage, filmed anew and as it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.datamodel import Capture, Keypoints
from canonpose.geometry.cameras import UNITS_IN_METRES
from canonpose.inference.frames import lifted_frames
from canonpose.lifter.footage import footage_for
from canonpose.lifter.temporal.windows import LiftedFrames
from canonpose.lifter.trained import TrainedLifter
from canonpose.solving.solved import Solved
from canonpose.temporal.config import TemporalTraining
from canonpose.temporal.motions import BODY, TO_Y_UP, SolvedMotion, solved_motions
from canonpose.virtual.capture import Filming, film
from canonpose.virtual.rigs import Optics, RandomRig


@dataclass(frozen=True, eq=False)
class LabelledFrames:
    """Lifted recordings and what the lifter should have said."""

    frames: LiftedFrames
    labels: Float[Tensor, "frame joint 3"]
    """Camera frame, root at the origin, body heights; 0 where not known."""
    weights: Float[Tensor, "frame joint"]
    """0 where the label or the root's is not known."""


def rounds_of(
    solved: Solved, capture: Capture, lifter: TrainedLifter, config: TemporalTraining
) -> Iterator[LabelledFrames]:
    """The footage of every round: new virtual views of the solved motion, and the real views."""
    motions = solved_motions(solved)
    random = np.random.default_rng(config.seed)
    real = [
        (view, motion, rotation)
        for motion, take in zip(motions, solved.takes, strict=True)
        for view, rotation in _real_views(take.name, take.rig, solved, capture)
    ]
    fps = min(motion.motion.fps for motion in motions)
    for number in range(config.rounds):
        every = _thinning(fps, config, random)
        parts = [
            *_filmed(motions, config, number, every, lifter, random),
            *(_as_it_was(*one, every, lifter) for one in real),
        ]
        yield LabelledFrames(
            LiftedFrames.joined([part.frames for part in parts]),
            torch.cat([part.labels for part in parts]),
            torch.cat([part.weights for part in parts]),
        )


def _thinning(fps: float, config: TemporalTraining, random: np.random.Generator) -> int:
    """One of how many frames a round shows."""
    most = int(fps // config.lowest_fps)
    if most < 2 or random.random() >= config.thinned_share:
        return 1
    return int(random.integers(2, most + 1))


def _real_views(
    take: str, rig: str, solved: Solved, capture: Capture
) -> Iterator[tuple[Keypoints, Float[np.ndarray, "*frame 3 3"]]]:
    """Views with the rotation from the solved frame to theirs; frame by frame where they move."""
    rotations = dict(next(one.rotations for one in solved.rigs if one.name == rig))
    moving = next(one.cameras for one in solved.takes if one.name == take)
    if moving is not None:
        rotations = {name: moving.rotations[:, place] for place, name in enumerate(moving.names)}
    views = next(one.views for one in capture.takes if one.name == take)
    for camera, rotation in rotations.items():
        if camera in views:
            yield views[camera], rotation


def _filmed(
    motions: Sequence[SolvedMotion],
    config: TemporalTraining,
    number: int,
    every: int,
    lifter: TrainedLifter,
    random: np.random.Generator,
) -> Iterator[LabelledFrames]:
    """Each motion by a random rig of its own, with a detector's noise."""
    for place, solved in enumerate(motions):
        focal = float(np.exp(random.uniform(-0.4, 0.6)))
        rig = RandomRig(config.cameras, elevations=(-10.0, 40.0), optics=Optics(focal=focal))
        seed = config.seed + 7919 * number + place
        (take,) = film([solved.motion[::every]], Filming(rig, seed=seed))
        for camera, view in take.labelled.take.views.items():
            truth = take.labelled.truth_3d[camera].positions * UNITS_IN_METRES["mm"] / BODY
            yield _labelled(view, truth, solved.weights[::every], lifter)


def _as_it_was(
    view: Keypoints,
    solved: SolvedMotion,
    rotation: Float[np.ndarray, "*frame 3 3"],
    every: int,
    lifter: TrainedLifter,
) -> LabelledFrames:
    truth = solved.motion.positions @ TO_Y_UP @ rotation.swapaxes(-1, -2) / BODY
    return _labelled(view, truth, solved.weights, lifter, every)


def _labelled(
    view: Keypoints,
    truth: Float[np.ndarray, "frame joint 3"],
    weights: Float[np.ndarray, "frame joint"],
    lifter: TrainedLifter,
    every: int = 1,
) -> LabelledFrames:
    skeleton = lifter.skeleton
    footage = footage_for(view, skeleton)
    lifted = lifted_frames(footage.normalised, lifter)
    root = skeleton.root_index
    relative = truth - truth[:, [root]]
    known = np.isfinite(relative).all(-1)
    there = slice(None, None, every)
    count = len(truth[there])
    frames = LiftedFrames(
        footage.normalised.positions[there],
        footage.normalised.scores[there],
        lifted.in_camera[there],
        ~footage.unseen[there],
        torch.zeros(count, dtype=torch.int64),
        # By frames, not by time: where some are left out it learns to join only what is close.
        torch.arange(count),
    )
    return LabelledFrames(
        frames,
        torch.from_numpy(np.where(known[..., None], relative, 0).astype(np.float32))[there],
        torch.from_numpy(np.where(known, weights, 0).astype(np.float32))[there],
    )
