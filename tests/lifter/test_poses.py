from dataclasses import fields, replace

import numpy as np

from canonpose.datamodel import Keypoints, Poses
from canonpose.lifter.poses import poses_of
from canonpose.skeleton import layout

COCO = layout("coco17")
RANDOM = np.random.default_rng(0)
SEEN = Keypoints(
    RANDOM.normal(size=(4, len(COCO), 2)).astype(np.float32),
    RANDOM.random((4, len(COCO))).astype(np.float32),
    COCO,
    fps=25.0,
    image_size=(640, 480),
    camera="cam01",
    source="cam01.json",
    person="the only one",
)
LIFTED = RANDOM.normal(size=(4, len(COCO), 3)).astype(np.float32)
TURNS = np.tile(np.eye(3, dtype=np.float32), (4, 1, 1))


def test_all_that_is_known_of_the_recording_is_kept():
    poses = poses_of(SEEN, LIFTED, LIFTED, TURNS, units="body_height")
    known = {field.name for field in fields(Keypoints)} & {field.name for field in fields(Poses)}
    for name in known - {"positions"}:
        assert np.array_equal(getattr(poses, name), getattr(SEEN, name)), name
    assert np.array_equal(poses.keypoints, SEEN.positions)
    assert (poses.units, poses.sigma) == ("body_height", None)
    other = poses_of(replace(SEEN, camera="cam02"), LIFTED, LIFTED, TURNS, units="m")
    assert (other.camera, other.units) == ("cam02", "m")


def test_lengths_grow_and_turns_do_not():
    sigma = np.ones((4, len(COCO)), dtype=np.float32)
    poses = poses_of(SEEN, LIFTED, 2 * LIFTED, TURNS, units="m", size=1.8, sigma=sigma)
    assert np.allclose(poses.positions, 1.8 * LIFTED)
    assert np.allclose(poses.canonical, 3.6 * LIFTED)
    assert np.allclose(poses.sigma, 1.8)
    assert np.array_equal(poses.rotation, TURNS)
    assert poses.positions.dtype == poses.sigma.dtype == np.float32
