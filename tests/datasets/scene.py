"""A person before calibrated cameras; the exact 3D and 2D are known."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from canonpose.geometry.cameras import UNITS_IN_METRES, Camera
from canonpose.skeleton import Skeleton

LENS = np.array([-0.1, 0.02, 0.001, -0.001, 0.0])


def camera(name: str, yaw: float, size: tuple[int, int] = (1920, 1080)) -> Camera:
    """4 m from the origin, at 1 m above it, looking horizontally; the world is y down."""
    turn = np.deg2rad(yaw)
    rotation = np.array(
        [[np.cos(turn), 0, np.sin(turn)], [0, 1, 0], [-np.sin(turn), 0, np.cos(turn)]]
    )
    focal = 0.8 * size[0]
    return Camera(
        name=name,
        size=size,
        matrix=np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1.0]]),
        distortion=LENS,
        rotation=rotation,
        translation=np.array([0.0, 0.1, 4.0]),
    )


def without_distortion(one: Camera) -> Camera:
    return replace(one, distortion=np.zeros(5))


def person(frames: int, skeleton: Skeleton, seed: int = 0) -> np.ndarray:
    """[frame, joint, 3] in metres about the origin: a cloud of joints that moves smoothly."""
    random = np.random.default_rng(seed)
    joints = random.uniform((-0.4, -0.9, -0.4), (0.4, 0.9, 0.4), (len(skeleton), 3))
    time = np.arange(frames)[:, None, None]
    rate, phase = random.uniform(0.1, 0.4, joints.shape), random.uniform(0, 6, joints.shape)
    points = joints + 0.1 * np.sin(rate * time + phase)
    for joint, sources in skeleton.derived.items():
        points[:, skeleton.index(joint)] = points[:, skeleton.indices(sources)].mean(1)
    return points


def pixels_of(points: np.ndarray, one: Camera) -> np.ndarray:
    """Points [..., 3] in the camera's own frame, in any unit, to pixels."""
    still = replace(one, rotation=np.eye(3), translation=np.zeros(3))
    return still.project(points)


def calibration_json(cameras: list[Camera], units: str, *, declared: bool = False) -> str:
    """As `canonpose.readers.calibration` reads it, with translations in some unit."""
    entries = []
    for one in cameras:
        entry = {
            "name": one.name,
            "size": list(one.size),
            "matrix": one.matrix.tolist(),
            "distortions": one.distortion.tolist(),
            "rotation": one.rotation.tolist(),
            "translation": (one.translation / UNITS_IN_METRES[units]).tolist(),
        }
        entries.append(entry | ({"units": units} if declared else {}))
    return json.dumps(entries)


def write_keypoints(
    path: Path, pixels: np.ndarray, joints: tuple[str, ...], **more: object
) -> None:
    """A keypoint npz with confidence 0.8 everywhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scores = np.full(pixels.shape[:2], 0.8, dtype=np.float32)
    np.savez(path, keypoints=pixels, scores=scores, joint_names=np.array(joints))
