"""A small data set of synthetic people with exact truth, some of it held back for testing."""

from dataclasses import replace

import numpy as np

from canonpose.datasets import Dataset, LabelledTake
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton, layout
from synthetic_people import RING3, Ring, capture


def dataset(
    frames: int = 60,
    *,
    ring: Ring = RING3,
    skeleton: Skeleton | None = None,
    static_cameras: bool = True,
    noise: float = 2.0,
) -> Dataset:
    """Three people: two to train on, one to test on; detections have noise in pixels."""
    skeleton = skeleton or layout("coco17")
    seen, worlds = capture(frames, skeleton=skeleton, ring=ring, people=3, seed=5)
    random = np.random.default_rng(0)
    takes = [
        labelled(take, world, ring, noise, random)
        for take, world in zip(seen.takes, worlds, strict=True)
    ]
    return Dataset(
        name="people",
        training=tuple(takes[:2]),
        test=tuple(takes[2:]),
        cameras=seen.cameras,
        skeleton=skeleton,
        static_cameras=static_cameras,
        scored_joints=tuple(j for j in skeleton.joints if j != skeleton.root),
        morphing=tuple(takes[:1]),
    )


def labelled(take, world, ring, noise, random):
    """Exact views as the truth, noisy ones as detections."""
    truth_3d, detected = {}, {}
    in_cameras = ring.in_cameras(world) * 1000
    for view, (camera, keypoints) in enumerate(take.views.items()):
        joints = keypoints.skeleton.joints
        valid = np.ones((len(in_cameras), len(joints)), dtype=bool)
        truth_3d[camera] = Reference(in_cameras[:, view], valid, joints)
        error = noise * random.standard_normal(keypoints.positions.shape)
        positions = (keypoints.positions + error).astype(np.float32)
        scores = np.full(keypoints.scores.shape, 0.9, dtype=np.float32)
        detected[camera] = replace(keypoints, positions=positions, scores=scores)
    return LabelledTake(replace(take, views=detected), truth_3d, dict(take.views))
