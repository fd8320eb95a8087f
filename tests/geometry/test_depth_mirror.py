import numpy as np
from scipy.spatial.transform import Rotation

from canonpose.geometry.depth_mirror import DEPTH_MIRROR, mirrored_rotations


def test_weak_perspective_sees_the_mirrored_world_as_the_real_one():
    rotations = Rotation.random(4, random_state=0).as_matrix()
    points = np.random.default_rng(0).standard_normal((5, 3))
    seen, mirrored = points @ rotations.swapaxes(1, 2), points @ DEPTH_MIRROR
    seen_mirrored = mirrored @ mirrored_rotations(rotations).swapaxes(1, 2)
    np.testing.assert_allclose(seen_mirrored, seen * [1, 1, -1], atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(mirrored_rotations(rotations)), 1)
