import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from canonpose.errors import InputError
from canonpose.solving.rotations import consensus_rotations

seeds = st.integers(0, 2**31)
few = settings(max_examples=4, deadline=None)


def degrees(rotation, other):
    return np.degrees(Rotation.from_matrix(rotation @ np.swapaxes(other, -1, -2)).magnitude())


@few
@given(seeds, st.integers(2, 6))
def test_cameras_are_found_whatever_the_canonical_frame_of_each_moment(seed, views):
    random = np.random.default_rng(seed)
    cameras = Rotation.random(views, random_state=seed).as_matrix()
    bodies = Rotation.random(60, random_state=seed + 1).as_matrix()
    noise = Rotation.from_rotvec(0.05 * random.standard_normal((views * 60, 3))).as_matrix()
    rotations = noise.reshape(views, 60, 3, 3) @ cameras[:, None] @ bodies
    weights = random.uniform(0.2, 1, (views, 60)) * (random.random((views, 60)) > 0.2)
    found, spread = consensus_rotations(rotations, weights)
    assert degrees(found, cameras @ cameras[0].T).max() < 4
    assert (spread < 8).all()
    gauges = Rotation.random(60, random_state=seed + 2).as_matrix()
    again, _ = consensus_rotations(rotations @ gauges, weights)
    np.testing.assert_allclose(again, found, atol=1e-6)


def test_a_camera_that_shares_no_moment_is_refused():
    rotations = Rotation.random(30, random_state=0).as_matrix().reshape(3, 10, 3, 3)
    weights = np.ones((3, 10))
    weights[2] = 0
    with pytest.raises(InputError, match="camera 3"):
        consensus_rotations(rotations, weights)
