"""Synthetic people in motion, and what cameras around them see; the exact 3D is known.

The world is x right, y down, z away, in metres. A body that stands at the origin has its left at
+x, and looks towards -z. Knees bend backwards only, elbows forwards only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from canonpose.datamodel import Capture, Keypoints, Take
from canonpose.skeleton import Skeleton, layout

LAYOUTS = ("body25", "body25b", "canonpose16", "coco17", "coco18", "halpe26")

# Shares of body height (Drillis and Contini 1966).
SHARES = {
    "upper_arm": 0.186,
    "forearm": 0.146,
    "thigh": 0.245,
    "shank": 0.246,
    "trunk": 0.288,
    "shoulders": 0.259,
    "hips": 0.191,
    "foot": 0.11,
    "neck": 0.03,
    "head": 0.13,
}


class Waves:
    """Smooth random curves, one a call: a mean and a swing of a random rate and phase."""

    def __init__(self, frames: int, seed: int, effort: float = 1.0):
        self.effort = effort
        self.random = np.random.default_rng(seed)
        self.time = np.arange(frames) / 25

    def __call__(self, low: float, high: float) -> np.ndarray:
        rate, other = self.random.uniform(1.5, 4, 2)
        phase, second = self.random.uniform(0, 2 * np.pi, 2)
        wave = 0.6 * np.sin(rate * self.time + phase) + 0.4 * np.sin(other * self.time + second)
        return low + (high - low) * (0.5 + 0.5 * self.effort * wave)


def turn(axis: str, angle: np.ndarray) -> np.ndarray:
    """[frame, 3, 3] about one axis, by radians."""
    return Rotation.from_euler(axis, np.asarray(angle)[:, None]).as_matrix()


def _moved(origin: np.ndarray, frame: np.ndarray, offset: Sequence[float]) -> np.ndarray:
    return origin + frame @ np.asarray(offset, dtype=float)


def bodies(
    frames: int,
    skeleton: Skeleton,
    *,
    seed: int = 0,
    height: float = 1.75,
    spread: float = 0.0,
    effort: float = 1.0,
) -> np.ndarray:
    """A body that walks and gestures: [frame, joint, 3] about its pelvis, looking towards -z.

    Left and right are equally long; ``spread`` is the person's relative deviation (standard) from
    the mean proportions, ``effort`` how much of its range a joint uses.
    """
    wave = Waves(frames, seed, effort)
    length = {
        name: share * height * (1 + spread * wave.random.standard_normal())
        for name, share in SHARES.items()
    }
    joints: dict[str, np.ndarray] = {}
    pelvis = np.zeros((frames, 3))
    hips = turn("x", wave(-0.15, 0.1)) @ turn("z", wave(-0.1, 0.1))
    chest = hips @ turn("y", wave(-0.3, 0.3)) @ turn("x", -wave(-0.1, 0.5))
    head = chest @ turn("y", wave(-0.4, 0.4)) @ turn("x", wave(-0.3, 0.2))
    middle = _moved(pelvis, chest, (0, -length["trunk"], 0))
    joints["neck"] = _moved(middle, chest, (0, -length["neck"], 0))
    skull = _moved(joints["neck"], head, (0, -length["head"] / 2, 0))
    for joint, offset in {
        "nose": (0, 0.2, -0.75),
        "head_top": (0, -0.75, 0),
        "left_eye": (0.25, -0.05, -0.6),
        "right_eye": (-0.25, -0.05, -0.6),
        "left_ear": (0.55, 0, 0),
        "right_ear": (-0.55, 0, 0),
    }.items():
        joints[joint] = _moved(skull, head, np.array(offset) * length["head"])
    for side, sign in (("left", 1), ("right", -1)):
        hip = _moved(pelvis, hips, (sign * length["hips"] / 2, 0, 0))
        # A turn about +x by a negative angle brings what hangs down forward, to -z.
        thigh = hips @ turn("z", -sign * wave(0, 0.3)) @ turn("x", -wave(-0.4, 1.2))
        knee = _moved(hip, thigh, (0, length["thigh"], 0))
        shank = thigh @ turn("x", wave(0.1, 1.6))
        ankle = _moved(knee, shank, (0, length["shank"], 0))
        foot = length["foot"]
        joints[f"{side}_hip"], joints[f"{side}_knee"], joints[f"{side}_ankle"] = hip, knee, ankle
        joints[f"{side}_big_toe"] = _moved(ankle, shank, (-sign * 0.02, 0.04, -foot))
        joints[f"{side}_small_toe"] = _moved(ankle, shank, (sign * 0.05, 0.04, -0.9 * foot))
        joints[f"{side}_heel"] = _moved(ankle, shank, (0, 0.05, 0.04))
        shoulder = _moved(middle, chest, (sign * length["shoulders"] / 2, 0, 0))
        upper = chest @ turn("z", -sign * wave(0.05, 1.0)) @ turn("x", -wave(-0.6, 2.2))
        elbow = _moved(shoulder, upper, (0, length["upper_arm"], 0))
        forearm = upper @ turn("x", -wave(0.1, 2.0))
        joints[f"{side}_shoulder"], joints[f"{side}_elbow"] = shoulder, elbow
        joints[f"{side}_wrist"] = _moved(elbow, forearm, (0, length["forearm"], 0))
    joints["pelvis"] = pelvis
    for joint, sources in skeleton.derived.items():
        joints[joint] = np.mean([joints[source] for source in sources], axis=0)
    stacked = np.stack([joints[joint] for joint in skeleton.joints], axis=1)
    return stacked - stacked[:, [skeleton.root_index]]


def turning(points: np.ndarray, *, seed: int = 0) -> np.ndarray:
    """The same people while they turn all the way round, and lean a little."""
    random = np.random.default_rng([seed, 1])
    time = np.arange(len(points)) / 25
    heading = random.uniform(0, 2 * np.pi) + 0.9 * time + 0.8 * np.sin(0.7 * time)
    return points @ turn("y", heading).swapaxes(-1, -2)


@dataclass(frozen=True)
class Ring:
    """Cameras around the origin that look at it; weak perspective where there is no distance."""

    yaw: tuple[float, ...] = (0.0, 70.0, 160.0, 250.0)
    """Degrees."""
    pitch: tuple[float, ...] = (5.0, -8.0, 15.0, 0.0)
    """Degrees; how far each looks down."""
    distance: float | None = None
    """Metres."""

    def __len__(self) -> int:
        return len(self.yaw)

    @property
    def rotations(self) -> np.ndarray:
        """[view, 3, 3] from the world to each camera."""
        angles = np.array([(p, y) for p, y in zip(self.pitch, self.yaw, strict=False)])
        return Rotation.from_euler("XY", angles, degrees=True).as_matrix()

    def see(self, points: np.ndarray) -> np.ndarray:
        """World points [..., joint, 3] to pixels [..., view, joint, 2]."""
        seen = points[..., None, :, :] @ self.rotations.swapaxes(-1, -2)
        if self.distance is None:
            return 960 + 250 * seen[..., :2]
        return 960 + 1200 * seen[..., :2] / (seen[..., 2:] + self.distance)

    def in_cameras(self, points: np.ndarray) -> np.ndarray:
        """World points [..., joint, 3] to camera frames [..., view, joint, 3]."""
        return points[..., None, :, :] @ self.rotations.swapaxes(-1, -2)


RING3 = Ring(yaw=(0.0, 70.0, 160.0), pitch=(5.0, -8.0, 15.0))


def keypoints(pixels: np.ndarray, skeleton: Skeleton, camera: str, **more: object) -> Keypoints:
    """Exact detections [frame, joint, 2] of one camera; NaN is missing."""
    scores = np.where(np.isnan(pixels).any(-1), 0.0, 1.0)
    return Keypoints(
        positions=pixels.astype(np.float32),
        scores=scores.astype(np.float32),
        skeleton=skeleton,
        camera=camera,
        **more,  # type: ignore[arg-type]
    )


def take(
    points: np.ndarray, skeleton: Skeleton, ring: Ring, *, name: str = "take", rig: str = "rig"
) -> Take:
    """One take of world points [frame, joint, 3], by cameras c0, c1, ..."""
    seen = ring.see(points)
    views = {
        f"c{view}": keypoints(seen[:, view], skeleton, f"c{view}") for view in range(len(ring))
    }
    return Take(name=name, views=views, rig=rig)


def capture(
    frames: int = 200,
    *,
    skeleton: Skeleton | None = None,
    ring: Ring = RING3,
    people: int = 1,
    seed: int = 0,
    effort: float = 1.0,
    static_cameras: bool | None = True,
) -> tuple[Capture, list[np.ndarray]]:
    """Takes of several people, each in a take of its own, and their world points."""
    skeleton = skeleton or layout("coco17")
    seeds = [100 * seed + person for person in range(people)]
    worlds = [
        turning(bodies(frames, skeleton, seed=s, spread=0.02, effort=effort), seed=s) for s in seeds
    ]
    takes = [take(w, skeleton, ring, name=f"t{i}", rig=f"r{i}") for i, w in enumerate(worlds)]
    cameras = tuple(takes[0].views)
    return Capture(tuple(takes), cameras, skeleton, static_cameras, ("synthetic",)), worlds


def write_npz(view: Keypoints, path: Path) -> None:
    """One camera's keypoints, as a user would write them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    detected = view.skeleton.indices(view.skeleton.detected)
    np.savez(
        path,
        keypoints=view.positions[:, detected],
        scores=view.scores[:, detected],
        joint_names=np.array(view.skeleton.detected),
        fps=25.0,
        image_size=np.array([1920, 1080]),
    )


def write_capture(capture: Capture, folder: Path) -> Path:
    """A capture as a folder of takes of npz files."""
    for one in capture.takes:
        for camera, view in one.views.items():
            write_npz(view, folder / one.name / f"{camera}.npz")
    return folder
