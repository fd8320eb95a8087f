import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from canonpose.geometry.procrustes import scale_alignment, similarity_alignment

seeds = st.integers(0, 2**32 - 1)
few = settings(max_examples=15, deadline=None)


def some_poses(seed, *shape):
    return np.random.default_rng(seed).normal(size=(*shape, 3)) * 200


def everywhere(poses):
    return torch.ones(poses.shape[:-1], dtype=torch.bool)


@few
@given(seeds, st.floats(0.01, 100))
def test_a_similarity_is_found_again(seed, scale):
    poses = some_poses(seed, 4, 9)
    turn = Rotation.random(4, rng=seed)
    moved = scale * np.stack([r.apply(p) for r, p in zip(turn, poses, strict=True)]) + 70
    x, y = torch.from_numpy(poses), torch.from_numpy(moved)
    found = similarity_alignment(x, y, everywhere(x))
    np.testing.assert_allclose(found.rotation, turn.as_matrix(), atol=1e-7)
    np.testing.assert_allclose(found.scale, scale, rtol=1e-9)
    np.testing.assert_allclose(found(x), moved, atol=1e-6 * (1 + scale))


@few
@given(seeds)
def test_rotation_agrees_with_scipy_pose_by_pose(seed):
    x, y = some_poses(seed, 5, 8), some_poses(seed + 1, 5, 8)
    valid = np.random.default_rng(seed).random((5, 8)) < 0.8
    valid[:, :4] = True
    found = similarity_alignment(*map(torch.from_numpy, (x, y, valid)))
    for pose in range(5):
        keep = valid[pose]
        a, b = x[pose, keep], y[pose, keep]
        a, b = a - a.mean(0), b - b.mean(0)
        rotation, _ = Rotation.align_vectors(b, a)
        np.testing.assert_allclose(found.rotation[pose], rotation.as_matrix(), atol=1e-6)
        best = (rotation.apply(a) * b).sum() / (a * a).sum()
        np.testing.assert_allclose(found.scale[pose], best, rtol=1e-7)


@few
@given(seeds)
def test_reflections_are_never_fitted(seed):
    x = torch.from_numpy(some_poses(seed, 6, 10))
    mirrored = x * torch.tensor([1.0, 1.0, -1.0])
    found = similarity_alignment(mirrored, x, everywhere(x))
    np.testing.assert_allclose(torch.linalg.det(found.rotation), 1, atol=1e-9)
    assert (found(mirrored) - x).norm(dim=-1).mean() > 20


def test_a_pose_that_cannot_be_aligned_is_nan_and_leaves_the_others_alone():
    x = torch.from_numpy(some_poses(0, 4, 6))
    y, valid = x * 2 + 3, everywhere(x)
    valid[0, 2:] = False  # two joints left
    x[1] = 5.3  # all in one place
    x[3, 0] = torch.nan  # must not matter where it does not count
    valid[3, 0] = False
    found = similarity_alignment(x, y, valid)
    assert found.scale.isnan().tolist() == [True, True, False, False]
    np.testing.assert_allclose(found.scale[2:], 2, rtol=1e-9)
    assert found.rotation[:2].isnan().all() and found.rotation[2:].isfinite().all()


def test_an_empty_batch_and_a_reference_in_one_place():
    x = torch.from_numpy(some_poses(0, 2, 6))
    empty = similarity_alignment(x[:0], x[:0], everywhere(x[:0]))
    assert empty.scale.shape == (0,)
    assert similarity_alignment(x, torch.ones_like(x), everywhere(x)).scale.isnan().all()


@few
@given(seeds)
def test_no_other_scale_is_closer(seed):
    x = torch.from_numpy(some_poses(seed, 7, 5))
    y = x * 3 + torch.from_numpy(some_poses(seed + 1, 7, 5)) / 3
    best = scale_alignment(x, y, everywhere(x))

    def miss(scale):
        return (scale[:, None, None] * x - y).square().sum((-2, -1))

    for other in (0.99, 1.01):
        assert (miss(best) <= miss(best * other)).all()


def test_scale_is_never_negative_and_undefined_for_a_point():
    x = torch.from_numpy(some_poses(0, 2, 5))
    assert scale_alignment(x, -x, everywhere(x)).tolist() == [0, 0]
    assert scale_alignment(x * 0, x, everywhere(x)).isnan().all()


def test_gradients_are_finite_and_float32_stays():
    x = torch.from_numpy(some_poses(0, 3, 7)).float().requires_grad_()
    y = torch.from_numpy(some_poses(1, 3, 7)).float()
    found = similarity_alignment(x, y, everywhere(x))
    assert found.scale.dtype == torch.float32
    (found(x) - y).square().mean().backward()
    assert x.grad is not None and x.grad.isfinite().all()


@few
@given(seeds, st.sampled_from(["as they are", "flat", "in a line", "alike to their mirror image"]))
def test_no_other_rotation_leaves_less(seed, shape):
    x, y = torch.from_numpy(some_poses(seed, 5, 9)), torch.from_numpy(some_poses(seed + 1, 5, 9))
    if shape == "flat":
        x[..., 2] = 0
    if shape == "in a line":
        x[..., 1:] = 0
    if shape == "alike to their mirror image":
        x[:, 4:8], x[:, 8] = x[:, :4] * torch.tensor([1.0, 1, -1]), 0
    found = similarity_alignment(x, y, everywhere(x))
    a, b = x - x.mean(1, keepdim=True), y - y.mean(1, keepdim=True)
    signed = torch.linalg.svdvals(b.mT @ a)
    signed[:, 2] *= torch.where(torch.linalg.det(b.mT @ a) < 0, -1, 1)
    least = b.square().sum((1, 2)) - signed.sum(1) ** 2 / a.square().sum((1, 2))
    np.testing.assert_allclose((found(x) - y).square().sum((1, 2)), least, rtol=1e-7)


@few
@given(seeds)
def test_a_closer_mirror_is_told_but_not_where_the_pose_is_flat_or_undefined(seed):
    y = torch.from_numpy(some_poses(seed, 4, 9))
    x = y + torch.from_numpy(some_poses(seed + 1, 4, 9)) / 10
    mirror = torch.tensor([1.0, -1.0, 1.0])
    assert not similarity_alignment(x, y, everywhere(x)).mirror_is_closer.any()
    assert similarity_alignment(x * mirror, y, everywhere(x)).mirror_is_closer.all()
    turn = torch.from_numpy(Rotation.random(rng=seed).as_matrix())
    flat = (x * torch.tensor([1.0, 1.0, 0.0])) @ turn.mT + 50
    for kind in (torch.float64, torch.float32):
        found = similarity_alignment(flat.to(kind), y.to(kind), everywhere(x))
        assert not found.mirror_is_closer.any()
    assert not similarity_alignment(x * 0, y, everywhere(x)).mirror_is_closer.any()
