import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from canonpose.metrics import (
    mirror_fits_better,
    n_mpjpe,
    p_mpjpe,
    rigid_aligned_errors,
    scale_aligned_errors,
)

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)
MIRROR = np.array([1, 1, -1])


def some_poses(seed, *shape):
    return np.random.default_rng(seed).normal(size=(*shape, 3)) * 200


@few
@given(seeds, st.floats(0.01, 100))
def test_p_mpjpe_ignores_similarities_on_either_side(seed, scale):
    x, y = some_poses(seed, 3, 9), some_poses(seed + 1, 3, 9)
    turn = Rotation.random(rng=seed).as_matrix()
    moved = scale * x @ turn.T + some_poses(seed + 2, 1)[0]
    assert p_mpjpe(moved, x) == pytest.approx(0, abs=1e-6)
    assert p_mpjpe(moved, y) == pytest.approx(p_mpjpe(x, y), rel=1e-7)
    assert p_mpjpe(x, y @ turn.T + 9) == pytest.approx(p_mpjpe(x, y), rel=1e-7)


@few
@given(seeds, st.floats(0.01, 100))
def test_n_mpjpe_ignores_scale_and_translation_but_not_rotation(seed, scale):
    x, y = some_poses(seed, 3, 9), some_poses(seed + 1, 3, 9)
    moved = scale * x + some_poses(seed + 2, 1)[0]
    assert n_mpjpe(moved, x, root=2) == pytest.approx(0, abs=1e-6)
    assert n_mpjpe(moved, y, root=2) == pytest.approx(n_mpjpe(x, y, root=2), rel=1e-7)
    turn = Rotation.from_rotvec([0, 0.3, 0]).as_matrix()
    assert n_mpjpe(x @ turn.T, x, root=2) > 10


@few
@given(seeds)
def test_a_mirrored_pose_keeps_its_error(seed):
    x = some_poses(seed, 4, 9)
    assert p_mpjpe(x * MIRROR, x) > 20
    mirrored, defined = mirror_fits_better(x * MIRROR, x)
    assert mirrored.all() and defined.all()
    assert not mirror_fits_better(x, x)[0].any()


@few
@given(seeds)
def test_scale_aligned_errors_agree_with_plain_numpy_where_no_scale_is_negative(seed):
    x, y = some_poses(seed, 6, 8), some_poses(seed + 1, 6, 8)
    root = 3
    for pose, got in enumerate(scale_aligned_errors(x, y, root=root)):
        a, b = x[pose] - x[pose, root], y[pose] - y[pose, root]
        scale = max(0, (a * b).sum() / (a * a).sum())
        np.testing.assert_allclose(got, np.linalg.norm(scale * a - b, axis=1), rtol=1e-9)


@few
@given(seeds)
def test_a_joint_that_does_not_count_is_as_good_as_deleted(seed):
    x, y = some_poses(seed, 3, 9), some_poses(seed + 1, 3, 9)
    valid = np.ones((3, 9), dtype=bool)
    valid[:, [4, 7]] = False
    kept = [0, 1, 2, 3, 5, 6, 8]
    y[:, 4] = 1e9
    x[:, 7] = np.nan
    rigid = rigid_aligned_errors(x, y, valid)
    assert np.isnan(rigid[:, [4, 7]]).all()
    np.testing.assert_allclose(
        rigid[:, kept], rigid_aligned_errors(x[:, kept], y[:, kept]), rtol=1e-9
    )
    np.testing.assert_allclose(
        scale_aligned_errors(x, y, valid, root=0)[:, kept],
        scale_aligned_errors(x[:, kept], y[:, kept], root=0),
        rtol=1e-9,
    )


def test_poses_without_root_or_with_three_joints_are_undefined():
    x, y = some_poses(0, 3, 5), some_poses(1, 3, 5)
    valid = np.ones((3, 5), dtype=bool)
    valid[0, 0] = False
    valid[1, 3:] = False
    scaled, rigid = scale_aligned_errors(x, y, valid, root=0), rigid_aligned_errors(x, y, valid)
    assert np.isnan(scaled[0]).all() and np.isfinite(scaled[1, :3]).all()
    assert np.isfinite(rigid[0, 1:]).all() and np.isnan(rigid[1]).all()
    assert np.isfinite(p_mpjpe(x, y, valid)) and np.isfinite(n_mpjpe(x, y, valid, root=0))
    assert np.isnan(p_mpjpe(x, y, np.zeros_like(valid)))
    assert mirror_fits_better(x, y, valid)[1].tolist() == [True, False, True]


def test_what_is_given_comes_back():
    x, y = some_poses(0, 2, 3, 6), some_poses(1, 2, 3, 6)
    assert isinstance(rigid_aligned_errors(x, y), np.ndarray)
    assert isinstance(p_mpjpe(x.astype(np.float32), y), np.floating)
    a, b = torch.from_numpy(x).float(), torch.from_numpy(y).float()
    errors = rigid_aligned_errors(a, b)
    assert isinstance(errors, torch.Tensor) and errors.dtype == torch.float32
    assert errors.shape == (2, 3, 6)
    np.testing.assert_allclose(errors, rigid_aligned_errors(x, y), rtol=1e-3)
