"""A tiny Human3.6M in every layout: other people, other cameras, the same structure."""

import pickle
from functools import cache
from pathlib import Path

import cdflib
import h5py
import numpy as np

from canonpose.geometry.cameras import Camera
from canonpose.skeleton import Skeleton, layout
from synthetic_people import bodies, turning

SUBJECTS = ("S1", "S5", "S6", "S7", "S8", "S9", "S11")
ACTIONS = ("Directions", "WalkDog 1")
CAMERAS = ("54138969", "55011271", "58860488", "60457274")
USED = layout("human36m")
JOINTS = layout("canonpose16")
FRAMES = {"Directions": 66, "WalkDog 1": 20}

# Where each of the 17 joints stands among the 32 of the release.
_PLACES = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]


@cache
def world(subject: str, action: str) -> np.ndarray:
    """[frame, 17, 3] in mm, z up."""
    seed = SUBJECTS.index(subject) + 10 * ACTIONS.index(action)
    without_spine = Skeleton("16", tuple(j for j in USED.joints if j != "spine"), "pelvis")
    body = turning(bodies(FRAMES[action], without_spine, seed=seed), seed=seed)
    spine = body[:, [without_spine.index(j) for j in ("pelvis", "neck")]].mean(1)
    body = np.insert(body, USED.index("spine"), spine, axis=1)
    up = np.stack([body[..., 0], body[..., 2], -body[..., 1]], axis=-1)
    return 1000 * (up + np.array([0.3, 0.2, 0.9]))


def marked(positions: np.ndarray) -> np.ndarray:
    """The 17 joints among 32, the others nonsense."""
    every = np.full((len(positions), 32, positions.shape[-1]), -7777.0)
    every[:, _PLACES] = positions
    return every


def rigs() -> dict[str, dict[str, Camera]]:
    """Four cameras about the origin, turned a little from subject to subject."""
    every = {}
    for number, subject in enumerate(SUBJECTS):
        every[subject] = {
            name: _camera(name, np.radians(25 + 90 * place + 3 * number))
            for place, name in enumerate(CAMERAS)
        }
    return every


def _camera(name: str, yaw: float) -> Camera:
    centre = np.array([5 * np.cos(yaw), 5 * np.sin(yaw), 1.5])
    away = np.array([0.0, 0.0, 0.9]) - centre
    away /= np.linalg.norm(away)
    right = np.cross(away, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    rotation = np.stack([right, np.cross(away, right), away])
    return Camera(
        name=name,
        size=(1000, 1002) if name in CAMERAS[::3] else (1000, 1000),
        matrix=np.array([[1145.0, 0, 512], [0, 1144, 508], [0, 0, 1]]),
        distortion=np.array([-0.2, 0.24, -0.0014, -0.001, -0.003]),
        rotation=rotation,
        translation=-rotation @ centre,
    )


RIGS = rigs()


@cache
def exact(subject: str, action: str, camera: str) -> np.ndarray:
    """[frame, 17, 2] in pixels."""
    return RIGS[subject][camera].project(world(subject, action) / 1000)


@cache
def detected(subject: str, action: str, camera: str) -> np.ndarray:
    """The same with errors."""
    seed = [SUBJECTS.index(subject), ACTIONS.index(action), CAMERAS.index(camera)]
    pixels = exact(subject, action, camera)
    return pixels + np.random.default_rng(seed).normal(0, 3, pixels.shape)


def write_cameras(path: Path, *, transposed: bool = False) -> None:
    with h5py.File(path, "w") as file:
        for subject in SUBJECTS:
            for number, (name, camera) in enumerate(RIGS[subject].items(), start=1):
                k1, k2, p1, p2, k3 = camera.distortion
                turn = camera.rotation if transposed else camera.rotation.T
                entries = {
                    "Name": np.array([[ord(letter)] for letter in name], dtype=np.float64),
                    "R": turn,
                    "T": 1000 * camera.centre[:, None],
                    "f": camera.matrix[[0, 1], [0, 1]][:, None],
                    "c": camera.matrix[:2, 2:],
                    "k": np.array([[k1], [k2], [k3]]),
                    "p": np.array([[p1], [p2]]),
                }
                for entry, values in entries.items():
                    file[f"subject{subject[1:]}/camera{number}/{entry}"] = values


def write_positions(
    folder: Path, *, joints: int = 32, subjects: tuple[str, ...] = SUBJECTS
) -> None:
    table = {
        s: {
            a: ((marked(world(s, a)) if joints == 32 else world(s, a)) / 1000).astype(np.float32)
            for a in ACTIONS
        }
        for s in subjects
    }
    np.savez_compressed(folder / "data_3d_h36m.npz", positions_3d=table)


def write_pixels(
    folder: Path,
    detector: str,
    *,
    table: dict[str, dict[str, object]] | None = None,
    joints: tuple[str, ...] = USED.joints,
    longer: int = 0,
) -> None:
    """VideoPose3D's 2D, of some of its joints in some order."""
    see = exact if detector == "gt" else detected
    places = USED.indices(joints)
    if table is None:
        table = {s: {a: [see(s, a, c) for c in CAMERAS] for a in ACTIONS} for s in SUBJECTS}
    cut = {
        s: {a: _each(views, places, longer) for a, views in actions.items()}
        for s, actions in table.items()
    }
    sides = [[i for i, j in enumerate(joints) if j.startswith(side)] for side in ("left", "right")]
    metadata = {"layout_name": "h36m", "num_joints": len(joints), "keypoints_symmetry": sides}
    np.savez_compressed(
        folder / f"data_2d_h36m_{detector}.npz", positions_2d=cut, metadata=metadata
    )


def _each(views: object, places: np.ndarray, longer: int) -> object:
    if isinstance(views, dict):
        return {name: _each([view], places, longer)[0] for name, view in views.items()}
    return [
        view
        if view is None or not len(view)
        else np.concatenate([view, view[-1:].repeat(longer, 0)])[:, places].astype(np.float32)
        for view in views
    ]


def write_release(folder: Path, *, exact_2d: bool = True) -> None:
    for subject in SUBJECTS:
        for action in ACTIONS:
            # Some subjects' files use other names.
            called = action.replace("WalkDog", "WalkingDog") if subject == "S1" else action
            own = folder / subject / "MyPoseFeatures"
            write_cdf(
                own / "D3_Positions" / f"{called}.cdf", marked(world(subject, action)), np.float32
            )
            for camera in CAMERAS if exact_2d else ():
                pixels = marked(exact(subject, action, camera))
                write_cdf(own / "D2_Positions" / f"{called}.{camera}.cdf", pixels, np.float32)


def write_cdf(path: Path, positions: np.ndarray, dtype: type) -> None:
    """One variable "Pose", one record of [frame, joints * space]."""
    path.parent.mkdir(parents=True, exist_ok=True)
    poses = positions.reshape(len(positions), -1).astype(dtype)
    file = cdflib.cdfwrite.CDF(path, delete=True)
    spec = {
        "Variable": "Pose",
        "Data_Type": file.CDF_FLOAT,
        "Num_Elements": 1,
        "Rec_Vary": True,
        "Var_Type": "zVariable",
        "Dim_Sizes": list(poses.shape),
        "Compress": 6,
    }
    file.write_var(spec, var_data=poses[None])
    file.close()


def write_archive(folder: Path) -> None:
    for subject in SUBJECTS:
        for action in ACTIONS:
            path = folder / "h36m" / subject / "MyPoses" / "3D_positions" / f"{action}.h5"
            path.parent.mkdir(parents=True, exist_ok=True)
            with h5py.File(path, "w") as file:
                file["3D_positions"] = marked(world(subject, action)).reshape(-1, 96).T


def authors_table(subjects: tuple[str, ...] = SUBJECTS[1:]) -> dict[str, object]:
    """The dict of detections.pickle, and the subjects mixed as one likes."""
    numbers = [int(s[1:]) for s in subjects for a in ACTIONS for _ in range(FRAMES[a])]
    order = JOINTS.joints
    poses, confidences = {}, {}
    for camera in CAMERAS:
        pixels = np.concatenate([detected(s, a, camera) for s in subjects for a in ACTIONS])
        pixels = pixels[:, USED.indices(order)]
        poses[camera] = pixels.swapaxes(1, 2).reshape(len(pixels), -1)
        random = np.random.default_rng(CAMERAS.index(camera))
        confidences[camera] = random.uniform(0.2, 1.02, pixels.shape[:2])
    return {"subjects": numbers, "poses_2d_pred": poses, "confidences": confidences}


def write_authors(folder: Path, table: object = None) -> None:
    content = pickle.dumps(authors_table() if table is None else table)
    (folder / "detections.pickle").write_bytes(content)
