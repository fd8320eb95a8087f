"""Poses as a lifter would give them, of synthetic people; the truth is known."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from canonpose.datamodel import Poses
from canonpose.readers.reference import Reference
from canonpose.skeleton import Skeleton, layout
from synthetic_people import bodies

COCO = layout("coco17")
DOTS = Skeleton(name="dots", joints=COCO.joints, root=COCO.root, pairs=COCO.pairs)
MILLIMETRES = 1000


def lifted(
    frames: int = 40,
    *,
    skeleton: Skeleton = COCO,
    seed: int = 0,
    noise: float = 0.0,
    gauge: np.ndarray | None = None,
    units: str = "m",
) -> Poses:
    """People who stand upright in front of cameras that a random turn about the vertical moved.

    ``gauge`` turns the canonical frame.
    """
    random = np.random.default_rng([seed, 7])
    body = bodies(frames, COCO, seed=seed) + random.normal(0, noise, (frames, len(COCO), 3))
    body = body - body[:, [skeleton.root_index]]
    gauge = np.eye(3) if gauge is None else gauge
    heading = random.uniform(0, 360, frames)
    turn = Rotation.from_euler("y", heading[:, None], degrees=True).as_matrix()
    positions = body @ turn.swapaxes(-1, -2)
    return Poses(
        positions=positions.astype(np.float32),
        scores=np.ones(positions.shape[:2], dtype=np.float32),
        canonical=(body @ gauge.T).astype(np.float32),
        rotation=(turn @ gauge.T).astype(np.float32),
        keypoints=(500 + 300 * positions[..., :2]).astype(np.float32),
        skeleton=skeleton,
        units=units,
        camera="c0",
    )


def truth(poses: Poses) -> Reference:
    """The poses themselves, in mm and in a world frame."""
    detected = poses.skeleton.detected
    world = Rotation.from_euler("xyz", (20, 50, 100), degrees=True).as_matrix()
    positions = poses.positions[:, poses.skeleton.indices(detected)] @ world.T * MILLIMETRES
    return Reference(
        positions=positions.astype(np.float64),
        valid=np.ones(positions.shape[:2], dtype=bool),
        joints=detected,
    )


def moved(poses: Poses, joint: str, offset: float, frames: slice = slice(None)) -> Poses:
    """One joint off by some metres upwards, and NaN stays NaN."""
    positions = poses.positions.copy()
    positions[frames, poses.skeleton.index(joint), 1] -= offset
    return with_positions(poses, positions)


def with_positions(poses: Poses, positions: np.ndarray) -> Poses:
    return replace(poses, positions=positions.astype(np.float32))


def without_frames(poses: Poses, frames: list[int]) -> Poses:
    """Frames in which the lifter had nothing to lift."""
    arrays = {}
    for name in ("positions", "canonical", "rotation"):
        arrays[name] = getattr(poses, name).copy()
        arrays[name][frames] = np.nan
    return replace(poses, **arrays)
