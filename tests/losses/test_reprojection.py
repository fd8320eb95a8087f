import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.losses.reprojection import PoseErrors, reprojection_errors, unit_scale

from .batches import pose_loss, random_batch


@pytest.mark.parametrize("norm", ["rms", "frobenius"])
def test_equation_5_by_hand(norm):
    batch = random_batch(4, 3)
    projected = batch.poses[..., :2]
    batch.scores[0, 0, [1, 3]] = 0
    batch.scores[1, 2] = 0
    errors = reprojection_errors(batch.target, projected, batch.scores, norm)
    for sample in range(4):
        for view in range(3):
            arrays = [part[sample, view].numpy() for part in (batch.target, projected)]
            total, count = pose_loss(*arrays, batch.scores[sample, view].numpy(), norm)
            assert errors.total[sample, view].item() == pytest.approx(total, abs=1e-12)
            assert errors.coordinates[sample, view] == count


def test_numbers_worked_out_on_paper():
    target = torch.tensor([[0.6, 0.0], [0.0, 0.8]])
    projected = torch.tensor([[0.0, 6.0], [8.0, 0.0]])
    scores = torch.tensor([1.0, 0.5])
    errors = reprojection_errors(target, projected, scores, "frobenius")
    assert errors.total.item() == pytest.approx((0.6 + 0.6) * 1 + (0.8 + 0.8) * 0.5)
    assert errors.coordinates == 4
    larger = reprojection_errors(target, projected, scores, "rms")
    assert larger.total.item() == pytest.approx(errors.total.item() * np.sqrt(4))


@settings(max_examples=30, deadline=None)
@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.sampled_from(["rms", "frobenius"]))
def test_scales_do_not_matter(of_target, of_projection, norm):
    batch = random_batch()
    projected = batch.poses[..., :2]
    plain = reprojection_errors(batch.target, projected, batch.scores, norm)
    scaled = reprojection_errors(
        of_target * batch.target, of_projection * projected, batch.scores, norm
    )
    torch.testing.assert_close(scaled.total, plain.total)


def test_confidence_weighs_linearly_and_is_not_divided_out():
    batch = random_batch()
    projected = batch.poses[..., :2]
    whole = reprojection_errors(batch.target, projected, batch.scores)
    half = reprojection_errors(batch.target, projected, batch.scores / 2)
    torch.testing.assert_close(half.total, whole.total / 2)
    assert torch.equal(half.coordinates, whole.coordinates)


def test_an_unseen_joint_is_as_good_as_not_there():
    batch = random_batch(joints=6)
    projected = batch.poses[..., :2].clone()
    batch.scores[..., 4] = 0
    rest = [0, 1, 2, 3, 5]
    alone = reprojection_errors(
        batch.target[..., rest, :], projected[..., rest, :], batch.scores[..., rest]
    )
    projected[..., 4, :] = 1e6
    torch.testing.assert_close(reprojection_errors(batch.target, projected, batch.scores), alone)


@pytest.mark.parametrize("norm", ["rms", "frobenius"])
def test_a_projection_of_size_0_has_finite_gradients(norm):
    batch = random_batch()
    projected = torch.zeros_like(batch.target, requires_grad=True)
    errors = reprojection_errors(batch.target, projected, batch.scores, norm)
    errors.total.sum().backward()
    assert torch.isfinite(errors.total).all()
    assert torch.isfinite(projected.grad).all()


@pytest.mark.parametrize("norm", ["rms", "frobenius"])
def test_the_gradient_by_hand_is_that_of_the_formula(norm):
    batch = random_batch()
    batch.scores[0, :, 2] = 0
    batch.scores[1, 1] = 0
    seen = (batch.scores > 0).double()
    projected = torch.randn(5, 3, 6, 2, dtype=torch.float64, requires_grad=True)
    weights = torch.randn(5, 3, dtype=torch.float64)
    errors = reprojection_errors(batch.target, projected, batch.scores, norm)
    (by_hand,) = torch.autograd.grad((errors.total * weights).sum(), projected)
    gap = unit_scale(batch.target, seen, norm) - unit_scale(projected, seen, norm)
    formula = (gap.abs().sum(-1) * batch.scores).sum(-1)
    torch.testing.assert_close(errors.total, formula)
    (expected,) = torch.autograd.grad((formula * weights).sum(), projected)
    torch.testing.assert_close(by_hand, expected)
    assert by_hand.abs().max() > 0.1


def test_a_projection_that_serves_many_targets_gathers_their_gradients():
    batch = random_batch()
    one = torch.randn(6, 2, dtype=torch.float64, requires_grad=True)
    reprojection_errors(batch.target, one, batch.scores).total.sum().backward()
    many = one.detach().expand(5, 3, 6, 2).clone().requires_grad_()
    reprojection_errors(batch.target, many, batch.scores).total.sum().backward()
    torch.testing.assert_close(one.grad, many.grad.sum((0, 1)))


def test_unit_scale_is_what_it_says():
    batch = random_batch()
    seen = torch.ones_like(batch.scores)
    seen[..., [1, 3]] = 0
    for norm, wanted in (
        ("frobenius", torch.ones(5, 3).double()),
        ("rms", (2 * seen.sum(-1)).sqrt()),
    ):
        scaled = unit_scale(batch.target, seen, norm)
        torch.testing.assert_close((scaled * seen[..., None]).norm(dim=(-2, -1)), wanted)


class TestMean:
    errors = PoseErrors(
        torch.tensor([[2.0, 0.0, 6.0], [0.0, 0.0, 0.0]]),
        torch.tensor([[4.0, 0.0, 8.0], [0.0, 0.0, 0.0]]),
    )

    def test_over_coordinates(self):
        assert self.errors.mean("element", (0, 1)).item() == pytest.approx(8 / 12)

    def test_over_poses(self):
        assert self.errors.mean("pose", (0, 1)).item() == pytest.approx(8 / 2)

    def test_of_nothing_is_0(self):
        for reduction in ("element", "pose"):
            assert self.errors.mean(reduction, (1,))[1] == 0

    def test_masked(self):
        masked = self.errors.masked(torch.tensor([1.0, 1.0, 0.0]))
        assert masked.mean("element", (0, 1)).item() == pytest.approx(2 / 4)
