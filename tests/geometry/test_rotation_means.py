import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from canonpose.geometry.rotation_means import geodesic_medians, nearest_rotation, synchronised

seeds = st.integers(0, 2**31)
few = settings(max_examples=4, deadline=None)


def degrees(rotation, other):
    return np.degrees(Rotation.from_matrix(rotation @ np.swapaxes(other, -1, -2)).magnitude())


def median(rotations, weights):
    return geodesic_medians(rotations[None], weights[None], steps=50, smallest_angle=1e-3)[0]


@few
@given(seeds)
def test_outliers_hardly_move_a_median(seed):
    random = np.random.default_rng(seed)
    centre = Rotation.random(random_state=seed)
    near = Rotation.from_rotvec(0.03 * random.standard_normal((70, 3))) * centre
    wrong = Rotation.random(25, random_state=seed + 1)
    rotations = np.concatenate([near.as_matrix(), wrong.as_matrix()])
    mean = median(rotations, np.ones(95))
    assert degrees(mean, centre.as_matrix()) < 3
    # The median turns with the rotations.
    turn = Rotation.random(random_state=seed + 2).as_matrix()
    assert degrees(median(turn @ rotations, np.ones(95)), turn @ mean) < 0.01


def test_sets_know_nothing_of_each_other():
    random = np.random.default_rng(0)
    rotations = Rotation.random(36, random_state=0).as_matrix().reshape(3, 12, 3, 3)
    weights = random.uniform(0, 1, (3, 12)) * (random.random((3, 12)) > 0.3)
    together = geodesic_medians(rotations, weights, steps=6, smallest_angle=0.02)
    for place in range(3):
        alone = geodesic_medians(
            rotations[place, None], weights[place, None], steps=6, smallest_angle=0.02
        )
        np.testing.assert_allclose(together[place], alone[0], atol=1e-12)


@few
@given(seeds)
def test_the_nearest_rotation_to_a_sum_is_the_chordal_mean(seed):
    weights = np.random.default_rng(seed).uniform(0.1, 1, 5)
    rotations = Rotation.random(5, random_state=seed)
    mean = nearest_rotation(np.einsum("r,rab->ab", weights, rotations.as_matrix()))
    assert degrees(mean, rotations.mean(weights).as_matrix()) < 1e-4


def test_a_reflection_becomes_a_rotation():
    matrix = np.stack([np.diag([3.0, 2.0, -1.0]), -np.diag([1.0, 2.0, 3.0])])
    expected = np.stack([np.eye(3), np.diag([1.0, -1.0, -1.0])])
    np.testing.assert_allclose(nearest_rotation(matrix), expected, atol=1e-12)


@few
@given(seeds, st.integers(2, 6))
def test_pairs_that_agree_are_reproduced_whichever_are_missing(seed, views):
    random = np.random.default_rng(seed)
    every = Rotation.random(2 * views, random_state=seed).as_matrix().reshape(2, views, 3, 3)
    pairs = every[:, :, None] @ every[:, None].swapaxes(-1, -2)
    weights = np.triu(random.uniform(0.1, 1, (2, views, views)), 1)
    weights[..., 1:, 2:] *= random.random((2, views - 1, max(views - 2, 0))) > 0.5
    found = synchronised(pairs, weights + weights.swapaxes(-1, -2))
    np.testing.assert_allclose(found, every @ every[:, :1].swapaxes(-1, -2), atol=1e-6)
