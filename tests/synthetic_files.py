"""Moving bodies, seen by weak-perspective cameras, and the files that detectors write of them."""

import json
from pathlib import Path

import numpy as np

from canonpose.skeleton import layout

COCO = layout("coco17")

_HALF_WIDTH = {"eye": 3, "ear": 7, "shoulder": 18, "elbow": 24, "wrist": 26, "hip": 10}
_HEIGHT = {"nose": 158, "eye": 162, "ear": 160, "shoulder": 140, "elbow": 112, "wrist": 88}
_HEIGHT |= {"hip": 92, "knee": 50, "ankle": 8}
_SWING = {"elbow": 14, "wrist": 30, "knee": 15, "ankle": 28}


def body(frames: int, seed: int) -> np.ndarray:
    """[frame, 17, 3] in cm, y down: limbs swing at rates and phases of the seed's own."""
    random = np.random.default_rng(seed)
    time = np.arange(frames)[:, None, None] / 25
    rest, swing = [], []
    for joint in COCO.detected:
        kind = joint.split("_")[-1]
        side = 1 if joint.startswith("left") else -1 if joint.startswith("right") else 0
        depth = -10 if kind in ("nose", "eye") else 0
        rest.append((side * _HALF_WIDTH.get(kind, 9), -_HEIGHT[kind], depth))
        swing.append(_SWING.get(kind, 2) * random.uniform(0.6, 1.4, 3))
    build = random.uniform(0.8, 1.2, (17, 1))
    effort = 1 + np.sin(random.uniform(0.6, 1.5) * time + random.uniform(0, 6))
    rates, phases = random.uniform(2, 5, (17, 3)), random.uniform(0, 6, (17, 3))
    return np.array(rest) * build + np.array(swing) * effort * np.sin(rates * time + phases)


def view(
    points: np.ndarray, yaw: float, *, middle: float = 960, scale: float = 3, score: float = 0.8
) -> np.ndarray:
    """[frame, joint, (x, y, score)] of a camera that looks from a yaw in degrees."""
    angle = np.deg2rad(yaw)
    x = np.cos(angle) * points[..., 0] + np.sin(angle) * points[..., 2]
    xy = np.stack([middle + scale * x, 700 + scale * points[..., 1]], -1)
    return np.concatenate([xy, np.full((*x.shape, 1), score)], -1)


def write_npz(path: Path, seen: np.ndarray, **changes: object) -> Path:
    """A keypoint npz; an entry changed to None is left out."""
    path.parent.mkdir(parents=True, exist_ok=True)
    entries: dict[str, object] = {
        "keypoints": seen[..., :2].astype(np.float32),
        "scores": seen[..., 2].astype(np.float32),
        "joint_names": np.array(COCO.detected),
        "fps": 60.0,
        "image_size": np.array([1920, 1080]),
    }
    entries |= changes
    np.savez(path, **{name: value for name, value in entries.items() if value is not None})
    return path


def write_take(folder: Path, cameras: tuple[str, ...] = ("c01", "c02"), frames: int = 30) -> Path:
    """A take of one person: an npz per camera."""
    points = body(frames, seed=0)
    for place, camera in enumerate(cameras):
        write_npz(folder / f"{camera}.npz", view(points, 40 * place))
    return folder


def write_openpose(folder: Path, frames: list[list[np.ndarray]], name: str = "{:04d}") -> Path:
    """A folder of OpenPose frames, each a list of people [joint, 3]."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, people in enumerate(frames):
        flat = [{"pose_keypoints_2d": np.nan_to_num(person).ravel().tolist()} for person in people]
        text = json.dumps({"version": 1.3, "people": flat})
        (folder / f"{name.format(number)}.json").write_text(text)
    return folder


def write_alphapose(path: Path, frames: list[list[np.ndarray]]) -> Path:
    """AlphaPose results; frames without people leave no trace."""
    entries = [
        {"image_id": f"{number}.jpg", "keypoints": person.ravel().tolist(), "score": 2.5}
        for number, people in enumerate(frames)
        for person in people
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(entries))
    return path


def as_body25(seen: np.ndarray, name: str) -> np.ndarray:
    """COCO-17 people as 25 joints of BODY_25 or BODY_25B; what COCO lacks is not detected."""
    target = layout(name)
    middles = {"pelvis": "hip", "neck": "shoulder"}
    out = np.zeros((*seen.shape[:-2], 25, 3))
    for place, joint in enumerate(target.detected):
        if joint in middles:
            pair = COCO.indices([f"left_{middles[joint]}", f"right_{middles[joint]}"])
            out[..., place, :] = seen[..., pair, :].mean(-2)
        elif joint in COCO.detected:
            out[..., place, :] = seen[..., COCO.index(joint), :]
    return out
