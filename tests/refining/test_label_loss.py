import pytest
import roma
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.refining.label_loss import label_loss, label_weights


def draw(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.floats(0.05, 20), st.floats(0.05, 20))
def test_neither_places_nor_scales_nor_the_camera_matter(seed, scale, unit):
    poses, labels = draw(seed, 5, 9, 3), draw(seed + 1, 5, 9, 3)
    weights = draw(seed + 2, 5, 9).abs()
    turn = roma.random_rotmat(5).double()
    there = label_loss(poses, labels, weights, 2)
    moved = scale * poses @ turn.mT + draw(seed + 3, 5, 1, 3)
    other = label_loss(moved, unit * labels @ turn.mT + draw(seed + 4, 5, 1, 3), weights, 2)
    torch.testing.assert_close(other, there, rtol=1e-4, atol=1e-6)


def test_a_pose_like_its_label_costs_nothing_and_its_mirror_image_does():
    labels, weights = draw(0, 4, 7, 3), torch.ones(4, 7, dtype=torch.float64)
    assert label_loss(3 * labels, labels, weights, 0) < 1e-4
    mirror = torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)
    assert label_loss(labels * mirror, labels, weights, 0) > 0.3


def test_joints_without_a_label_do_not_count():
    poses, labels = draw(1, 3, 6, 3), draw(2, 3, 6, 3)
    weights = torch.ones(3, 6, dtype=torch.float64)
    weights[:, 4] = 0
    weights[2] = 0
    there = label_loss(poses, labels, weights, 0)
    poses[:, 4], labels[2] = 99.0, -7.0
    torch.testing.assert_close(label_loss(poses, labels, weights, 0), there)


def test_gradients_are_finite_where_there_is_nothing_to_learn():
    labels = draw(3, 2, 5, 3)
    poses = labels.clone().requires_grad_()
    weights = torch.zeros(2, 5, dtype=torch.float64)
    weights[0] = 1
    label_loss(poses, labels, weights, 0).backward()
    assert poses.grad.isfinite().all()


def test_sure_labels_count_alike_and_others_by_their_deviation():
    sigma = torch.tensor([[0.0, 0.005, 0.01, 0.02, 0.1]])
    valid = torch.tensor([[True, True, True, True, False]])
    weights = label_weights(sigma, valid, 0.01)
    assert weights[0].tolist() == pytest.approx([1, 1, 1, 0.5, 0])
    assert label_weights(sigma, valid, 0.0)[0].tolist() == [1, 1, 1, 1, 0]
