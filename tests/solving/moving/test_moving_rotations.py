import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.solving.moving.rotations import moving_rotations

FRAMES, VIEWS = 60, 3


def turning_cameras(speed=20.0):
    """Cameras that pan by up to so many degrees, each its own way."""
    time = np.linspace(0, 1, FRAMES)
    pans = np.radians(speed) * np.stack([np.sin(3 * time), -time, np.cos(2 * time)])
    first = Rotation.random(VIEWS, random_state=1).as_matrix()
    turns = Rotation.from_rotvec(pans.reshape(-1, 1) * [0, 1, 0]).as_matrix()
    return turns.reshape(VIEWS, FRAMES, 3, 3) @ first[:, None]


def lifted(cameras, degrees, seed=0):
    """With a canonical frame of its own at each moment, and errors."""
    random = np.random.default_rng(seed)
    frames = Rotation.random(FRAMES, random_state=seed).as_matrix()
    off = Rotation.from_rotvec(
        np.radians(degrees) * random.standard_normal((VIEWS * FRAMES, 3))
    ).as_matrix()
    return off.reshape(cameras.shape) @ cameras @ frames


def off_by(found, cameras):
    """Degrees of relative rotations, view by view and moment by moment."""
    relative, true = (r @ r[:1].swapaxes(-1, -2) for r in (found, cameras))
    turns = Rotation.from_matrix((relative @ true.swapaxes(-1, -2)).reshape(-1, 3, 3))
    return np.degrees(turns.magnitude())


def test_relative_rotations_are_followed_through_noise_and_outliers():
    cameras = turning_cameras()
    rotations = lifted(cameras, 6.0)
    rotations[1, ::7] = Rotation.random(len(rotations[1, ::7]), random_state=5).as_matrix()
    found = moving_rotations(rotations, np.ones((VIEWS, FRAMES)), 3.0)
    assert np.median(off_by(found, cameras)) < 4
    np.testing.assert_allclose(np.linalg.det(found), 1)


def test_still_cameras_stand_still_in_the_frame():
    cameras = np.repeat(turning_cameras()[:, :1], FRAMES, axis=1)
    found = moving_rotations(lifted(cameras, 0.0), np.ones((VIEWS, FRAMES)), 3.0)
    np.testing.assert_allclose(found, np.repeat(found[:, :1], FRAMES, axis=1), atol=1e-6)
    np.testing.assert_allclose(found[0, 0], np.eye(3), atol=1e-6)


def test_where_a_view_is_not_lifted_its_neighbours_in_time_stand_in():
    cameras = turning_cameras(speed=5.0)
    rotations, weights = lifted(cameras, 0.0), np.ones((VIEWS, FRAMES))
    rotations[2, 20:45], weights[2, 20:45] = np.nan, 0
    assert off_by(moving_rotations(rotations, weights, 1.0), cameras).max() < 5


def test_a_camera_that_shares_no_moment_is_named():
    cameras = turning_cameras()
    weights = np.ones((VIEWS, FRAMES))
    weights[1] = 0
    with pytest.raises(InputError, match="camera 2"):
        moving_rotations(lifted(cameras, 0.0), weights, 3.0)
