"""Walking people before exact perspective cameras, and what a lifter would say of them."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from scipy.spatial.transform import Rotation

from canonpose.datamodel import Capture, Poses
from canonpose.inference.body_scale import body_size
from canonpose.lifter.joints import check_something_seen
from canonpose.metrics import w_mpjpe
from canonpose.skeleton import layout
from canonpose.solving import SolveConfig
from canonpose.solving.footage import RigFootage
from canonpose.solving.lifted_views import LiftedViews
from canonpose.solving.rig import solve_rig
from canonpose.solving.rig_views import rig_views
from synthetic_people import Ring, bodies, take, turning

SKELETON = layout("coco17")
RING = Ring(distance=4.0)
FOCAL, MIDDLE = 1200.0, 960.0
CONFIG = SolveConfig(points=300, first_points=150, frames=60, focals="one", body=False)


@dataclass(frozen=True)
class Scene:
    """A capture with the world that it shows, in metres."""

    capture: Capture
    worlds: list[np.ndarray]
    ring: Ring

    def rotations(self, seed=0, degrees=4.0, gauge=None):
        """[view, frame, 3, 3]: what a lifter would say, in a canonical frame of each moment."""
        random = np.random.default_rng(seed)
        frames = sum(len(world) for world in self.worlds)
        facing = Rotation.random(frames, random_state=seed).as_matrix()
        noise = Rotation.from_rotvec(
            np.radians(degrees) * random.standard_normal((len(self.ring) * frames, 3))
        ).as_matrix()
        noise = noise.reshape(len(self.ring), frames, 3, 3)
        turned = noise @ self.ring.rotations[:, None] @ facing
        return turned if gauge is None else turned @ gauge.T

    def scales(self, seed=0):
        """[view, frame]: pixels per body height, three per cent off."""
        random = np.random.default_rng([seed, 1])
        world = np.concatenate(self.worlds)
        depth = self.ring.in_cameras(world)[..., SKELETON.root_index, 2].T + self.ring.distance
        return FOCAL * 1.75 / depth * np.exp(0.03 * random.standard_normal(depth.shape))

    def footage(self, gauge=None):
        """All takes as one rig, with what a lifter says."""
        capture = self.capture
        views = rig_views(capture.takes, capture.cameras, SKELETON.detected_only())
        rotations = self.rotations(gauge=gauge)
        lifted = LiftedViews(rotations, self.scales(), np.ones(rotations.shape[:2]))
        return RigFootage("rig", capture.takes, SKELETON, views, lifted)

    def lift(self, keypoints, lifter, *, device="auto"):
        """In place of `canonpose.inference.lift`; of the one take of this scene."""
        unseen = keypoints.scores[:, SKELETON.root_index] == 0
        check_something_seen(unseen, keypoints, SKELETON)
        view = list(self.capture.cameras).index(keypoints.camera)
        world = self.worlds[0] - self.worlds[0][:, [SKELETON.root_index]]
        rotation = self.rotations()[view]
        canonical = world @ self.ring.rotations[view].T @ rotation
        size = body_size(torch.from_numpy(canonical), SKELETON)[0].numpy()
        canonical = canonical / size[:, None, None]
        return Poses(
            positions=np.einsum("fab,fjb->fja", rotation, canonical).astype(np.float32),
            scores=keypoints.scores,
            canonical=canonical.astype(np.float32),
            rotation=rotation.astype(np.float32),
            keypoints=keypoints.positions,
            skeleton=SKELETON,
            units="body_height",
            camera=keypoints.camera,
        )


def scene(frames=60, people=1, ring=RING, noise=0.0, seed=0, roam=0.7):
    """People who turn, gesture and walk about, up to ``roam`` metres from the middle."""
    random = np.random.default_rng(seed)
    takes, worlds = [], []
    for person in range(people):
        time = np.arange(frames) / 25 + 10 * person
        path = roam * np.stack([np.sin(0.9 * time), 0 * time, np.cos(1.3 * time)], axis=-1)
        world = turning(bodies(frames, SKELETON, seed=person), seed=person) + path[:, None]
        one = take(world, SKELETON, ring, name=f"t{person}", rig="rig")
        views = {}
        for name, view in one.views.items():
            moved = view.positions + noise * random.standard_normal(view.positions.shape)
            detected = SKELETON.indices(SKELETON.detected)
            moved[:, SKELETON.root_index] = moved[:, detected][:, -6:-4].mean(1)
            views[name] = replace(
                view, positions=moved.astype(np.float32), image_size=(1920, 1920), fps=25.0
            )
        takes.append(replace(one, views=views))
        worlds.append(world)
    capture = Capture(tuple(takes), tuple(takes[0].views), SKELETON, True, ("synthetic",))
    return Scene(capture, worlds, ring)


def solved(shown, config=CONFIG, height=1.75, **more):
    return solve_rig(shown.footage(**more), config, height, lambda sentence: None)


def errors_in_mm(solution, shown):
    """Of every take after one similarity for all its frames."""
    pairs = zip(solution.takes, shown.worlds, strict=True)
    return [float(w_mpjpe(solved.positions, world * 1000)) for solved, world in pairs]


def rotation_errors(rig, ring):
    """Degrees, after one common rotation."""
    found = np.stack([rig.rotations[f"c{view}"] for view in range(len(ring))])
    common = Rotation.from_matrix(found.swapaxes(1, 2) @ ring.rotations).mean().as_matrix()
    off = found @ common @ ring.rotations.swapaxes(1, 2)
    return np.degrees(Rotation.from_matrix(off).magnitude())
