import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.metrics import correct_poses, cps, cps_curve, rigid_aligned_errors
from canonpose.metrics.correct_poses import (
    correct_poses_of,
    cps_curve_of,
    cps_of,
    is_correct,
    worst_joint,
)


def test_one_bad_joint_makes_a_pose_wrong_and_the_threshold_is_strict():
    errors = np.array([[10.0, 179.9], [180.0, 0.0], [np.nan, 5.0], [np.nan, np.nan]])
    assert is_correct(errors).tolist() == [True, False, True, False]
    np.testing.assert_array_equal(worst_joint(errors), [179.9, 180, 5, np.nan])
    assert correct_poses_of(errors) == pytest.approx(200 / 3)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_cps_is_the_area_under_the_curve(seed):
    errors = np.random.default_rng(seed).uniform(0, 400, (6, 3))
    fine = (np.arange(60000) + 0.5) * 300 / 60000
    steps = (errors.max(-1) < fine[:, None]).mean(-1)
    assert cps_of(errors) == pytest.approx(steps.mean() * 300, abs=0.01)
    thresholds, correct = cps_curve_of(errors)
    for mm in (0, 17, 180, 300):
        assert thresholds[mm] == mm
        assert correct[mm] == pytest.approx(correct_poses_of(errors, threshold=float(mm)))
    assert (np.diff(correct) >= 0).all()


def test_perfect_hopeless_and_undefined():
    assert cps_of(np.zeros((4, 5))) == 300
    assert cps_of(np.full((4, 5), 301.0)) == 0
    assert np.isnan(cps_of(np.full((4, 5), np.nan)))


def test_from_poses_in_numpy_and_torch():
    rng = np.random.default_rng(0)
    y = rng.normal(size=(30, 8, 3)) * 300
    x = y + rng.normal(size=y.shape) * 60
    errors = rigid_aligned_errors(x, y)
    assert cps(x, y) == pytest.approx(cps_of(errors))
    assert correct_poses(x, y, threshold=120.0) == correct_poses_of(errors, threshold=120.0)
    thresholds, correct = cps_curve(torch.from_numpy(x), torch.from_numpy(y))
    assert isinstance(correct, torch.Tensor) and thresholds.shape == correct.shape == (301,)
