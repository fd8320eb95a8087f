import numpy as np
from scipy.spatial.transform import Rotation

from canonpose.datamodel import Poses
from canonpose.fusing.lifted import LiftedTake
from canonpose.fusing.rotations import moving_rotations
from solving.rigs import SKELETON


def take_of(rotations, seen):
    joints = len(SKELETON)
    poses = {}
    for view, own in enumerate(rotations):
        there = np.where(seen[view][:, None, None], 1.0, np.nan)
        poses[f"c{view}"] = Poses(
            positions=np.ones((len(own), joints, 3)) * there,
            scores=np.where(seen[view][:, None], 1.0, 0.0) * np.ones((1, joints)),
            canonical=np.ones((len(own), joints, 3)) * there,
            rotation=own * there,
            keypoints=np.ones((len(own), joints, 2)) * there,
            skeleton=SKELETON,
            units="body_height",
        )
    return LiftedTake(poses, SKELETON)


def test_averaging_over_neighbours_brings_turning_cameras_closer():
    frames, random = 60, np.random.default_rng(1)
    pan = Rotation.from_euler("Y", np.linspace(0, 20, frames)[:, None], degrees=True).as_matrix()
    fixed = Rotation.random(3, random_state=2).as_matrix()
    cameras = fixed[:, None] @ pan
    cameras[2] = fixed[2]
    gauge = Rotation.random(frames, random_state=3).as_matrix()
    noise = Rotation.from_rotvec(0.1 * random.standard_normal((3 * frames, 3))).as_matrix()
    lifted = noise.reshape(3, frames, 3, 3) @ cameras @ gauge
    seen = np.ones((3, frames), dtype=bool)
    seen[1, 20:23] = False
    take = take_of(lifted, seen)

    def off(found):
        between = found[1] @ found[0].swapaxes(1, 2)
        true = cameras[1] @ cameras[0].swapaxes(1, 2)
        turns = (between @ true.swapaxes(1, 2))[seen[1]]
        return np.degrees(Rotation.from_matrix(turns).magnitude()).mean()

    alone, together = moving_rotations(take, 0), moving_rotations(take, 5)
    assert np.isnan(together[1, 20:23]).all()
    assert off(together) < 0.6 * off(alone)
    np.testing.assert_allclose(np.linalg.det(together[0]), 1)
