import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.figures import find_pose_pairs
from canonpose.figures.pose_pairs import PosePair, of_different_poses


def errors(frames=200, joints=6, seed=0, size=25.0):
    return np.random.default_rng(seed).gamma(4, size, (frames, joints))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(50, 300))
def test_pairs_satisfy_both_inequalities_and_none_is_missed(seed, threshold):
    first, second = errors(seed=seed), errors(seed=seed + 1)
    found = find_pose_pairs(first, second, threshold=threshold)
    for pair in found.pairs:
        low, high = ((first, second), (second, first))[pair.lower]
        assert low[pair.frame].mean() < high[pair.frame].mean()
        assert low[pair.frame].max() >= threshold > high[pair.frame].max()
        assert pair.p_mpjpe == pytest.approx((low[pair.frame].mean(), high[pair.frame].mean()))
        assert pair.worst == (low[pair.frame].max(), high[pair.frame].max())
    a, b = first, second
    one_way = (a.mean(1) < b.mean(1)) & (a.max(1) >= threshold) & (b.max(1) < threshold)
    other = (b.mean(1) < a.mean(1)) & (b.max(1) >= threshold) & (a.max(1) < threshold)
    assert sorted(pair.frame for pair in found.pairs) == np.flatnonzero(one_way | other).tolist()


def test_which_method_comes_first_does_not_matter():
    one = find_pose_pairs(errors(seed=1), errors(seed=2)).pairs
    other = find_pose_pairs(errors(seed=2), errors(seed=1)).pairs
    assert [(p.frame, p.lower, p.worst) for p in one] == [
        (p.frame, 1 - p.lower, p.worst) for p in other
    ]
    assert one


def test_the_most_striking_comes_first():
    gaps = [p.worst[0] - p.worst[1] for p in find_pose_pairs(errors(seed=1), errors(seed=2)).pairs]
    assert gaps == sorted(gaps, reverse=True)


def test_an_error_of_exactly_the_threshold_is_not_correct():
    first, second = np.array([[180.0, 0.0]]), np.array([[170.0, 170.0]])
    assert len(find_pose_pairs(first, second).pairs) == 1
    assert not find_pose_pairs(first - [10, 0], second).pairs
    assert not find_pose_pairs(first, second + 10).pairs


def test_the_nearest_is_a_pair_at_a_threshold_that_it_names():
    first, second = errors(seed=3), errors(seed=4)
    nearest = find_pose_pairs(first, second, threshold=2000.0).nearest
    assert nearest is not None
    _, high = nearest.thresholds
    pairs = find_pose_pairs(first, second, threshold=high).pairs
    assert nearest.frame in [pair.frame for pair in pairs]
    assert all(pair.worst[0] <= high for pair in pairs)  # no other would be nearer


def test_where_mean_and_worst_joint_always_agree_nothing_is_near():
    found = find_pose_pairs(errors(), errors() + 1, threshold=100.0)
    assert (found.pairs, found.nearest) == ((), None)


def test_frames_count_where_both_have_the_same_joints():
    first, second = np.array([[200.0, 0.0]] * 3), np.array([[150.0, 150.0]] * 3)
    first[0], second[0] = np.nan, np.nan
    second[1, 1] = np.nan
    assert [pair.frame for pair in find_pose_pairs(first, second).pairs] == [2]


def test_poses_shown_are_not_nearly_the_same():
    random = np.random.default_rng(0)
    a, b = random.normal(0, 300, (2, 6, 3))
    turned = a @ np.array([[0, -1, 0], [1, 0, 0], [0, 0, 1]]) + 50
    unknown = np.full((6, 3), np.nan)
    references = np.stack([a, turned, b, unknown])
    pairs = [PosePair(i, 0, (1.0, 2.0), (200.0, 100.0)) for i in range(4)]
    kept = of_different_poses(pairs, references, apart=20.0, most=5)
    assert [pair.frame for pair in kept] == [0, 2, 3]
    assert [p.frame for p in of_different_poses(pairs, references, apart=0.0, most=2)] == [0, 1]
