"""The objective against plain loops, what it must not depend on, and what is missing in it."""

import numpy as np
import pytest
import roma
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.losses import LossConfig
from canonpose.losses.camera_consistency import exchanged_errors, relative_rotations
from canonpose.losses.permutation import permutations_within_groups
from canonpose.losses.view_consistency import mixed_errors
from canonpose.training import preset

from .batches import Batch, ByHand, element_mean, perfect_batch, pose_mean, random_batch

RELEASED = preset("released").loss
PAPER = preset("paper").loss
FAST = preset("fast").loss
EVERY = pytest.mark.parametrize(
    "config", [RELEASED, PAPER, FAST], ids=["released", "paper", "fast"]
)
RIGS = pytest.mark.parametrize(
    "rigs", [[0, 0, 0, 0, 0], [5, 2, 5, 2, 2], [0, 1, 1, 0, 9], [3, 1, 4, 0, 5]]
)
VIEWS = pytest.mark.parametrize("views", [2, 3, 4])
S = torch.diag(torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64))


def donors_of(rigs, views, fixed_points):
    """What `Batch.losses` draws with its generator."""
    generator = torch.Generator().manual_seed(3)
    return permutations_within_groups(torch.tensor(rigs), views, generator, fixed_points)


def close(value, wanted):
    assert value.item() == pytest.approx(wanted, rel=1e-10, abs=1e-12)


class TestByHand:
    @VIEWS
    @RIGS
    def test_the_authors_arithmetic(self, views, rigs):
        batch = random_batch(5, views)
        hand = ByHand(batch, "rms")
        losses = batch.losses(RELEASED, rigs=torch.tensor(rigs))
        own = element_mean(hand.pair(s, v, v) for s in range(5) for v in range(views))
        view = sum(
            element_mean(hand.pair(s, c, t) for s in range(5) for t in hand.others(c))
            for c in range(views)
        )
        donors = donors_of(rigs, views, fixed_points=True)
        camera = 0.0
        for reference in range(views):
            for rig in set(rigs):
                members = [s for s in range(5) if rigs[s] == rig]
                if len(members) > 1:
                    camera += element_mean(
                        hand.exchanged(s, donors[reference, s].item(), reference, t)
                        for s in members
                        for t in hand.others(reference)
                    )
        close(losses.reprojection, own)
        close(losses.view, view)
        close(losses.camera, camera)
        close(losses.total, own + view + 0.1 * camera)

    @VIEWS
    @RIGS
    def test_the_papers_text(self, views, rigs):
        """A mean over all m^2 pairs, and over all exchanged pairs of different samples."""
        batch = random_batch(5, views)
        hand = ByHand(batch, "frobenius")
        losses = batch.losses(PAPER, rigs=torch.tensor(rigs))
        pairs = [(s, c, t) for s in range(5) for c in range(views) for t in range(views)]
        view = pose_mean(hand.pair(*pair) for pair in pairs)
        donors = donors_of(rigs, views, fixed_points=False)
        exchanging = [s for s in range(5) if rigs.count(rigs[s]) > 1]
        camera = sum(
            pose_mean(
                hand.exchanged(s, donors[c, s].item(), c, t)
                for s in exchanging
                for t in hand.others(c)
            )
            for c in range(views)
            if exchanging
        )
        close(losses.view, view)
        close(losses.camera, camera)
        close(losses.total, PAPER.weight_view * view + PAPER.weight_camera * camera)
        assert PAPER.weight_reprojection == 0  # all pairs hold the views' own

    @VIEWS
    @RIGS
    def test_ours(self, views, rigs):
        batch = random_batch(5, views)
        hand = ByHand(batch, FAST.scale_norm)
        losses = batch.losses(FAST, rigs=torch.tensor(rigs))
        donors = donors_of(rigs, views, fixed_points=False)
        exchanging = [s for s in range(5) if rigs.count(rigs[s]) > 1]
        camera = sum(
            element_mean(
                hand.exchanged(s, donors[c, s].item(), c, t)
                for s in exchanging
                for t in hand.others(c)
            )
            for c in range(views)
            if exchanging
        )
        close(losses.camera, camera)

    def test_the_frobenius_norm_makes_it_smaller_by_a_constant(self):
        batch = random_batch(joints=16)
        rms = batch.losses(LossConfig(scale_norm="rms"))
        frobenius = batch.losses(LossConfig(scale_norm="frobenius"))
        assert (rms.total / frobenius.total).item() == pytest.approx(np.sqrt(32))

    def test_relative_rotations(self):
        """Equation 7."""
        rotation = random_batch().rotation
        relative = relative_rotations(rotation)
        for c in range(3):
            for t in range(3):
                torch.testing.assert_close(relative[:, c, t] @ rotation[:, c], rotation[:, t])


class TestOff:
    @EVERY
    def test_without_rigs_there_is_no_camera_term(self, config):
        batch = random_batch()
        losses = batch.losses(config)
        assert losses.camera == 0
        with_rigs = batch.losses(config, rigs=torch.zeros(5, dtype=torch.int64))
        assert with_rigs.camera > 0
        close(losses.view, with_rigs.view.item())

    def test_a_weight_of_0_spares_the_camera_term(self):
        config = LossConfig(weight_camera=0.0)
        assert random_batch().losses(config, rigs=torch.zeros(5, dtype=torch.int64)).camera == 0

    def test_derangements_exchange_between_different_samples_only(self):
        """With one sample's rotation wrong, no sample of its rig escapes in a rig of two."""
        batch = perfect_batch(2, 3)
        wrong = batch.rotation.clone()
        wrong[0] = roma.random_rotmat(3, dtype=torch.float64)
        rigs = torch.zeros(2, dtype=torch.int64)
        config = LossConfig(camera_sum="samples")
        assert batch.changed(rotation=wrong).losses(config, rigs=rigs).camera > 0.5
        apart = batch.changed(rotation=wrong).losses(config, rigs=torch.tensor([0, 1]))
        assert apart.camera == 0


RIG_OF_3_AND_2 = torch.tensor([0, 1, 0, 0, 1])


class TestInvariance:
    @EVERY
    @settings(max_examples=15, deadline=None)
    @given(
        st.lists(st.floats(0.01, 100), min_size=15, max_size=15),
        st.lists(st.floats(0.01, 100), min_size=15, max_size=15),
    )
    def test_to_the_scales_of_detection_and_prediction(self, config, of_target, of_pose):
        batch = random_batch()
        target_scale, pose_scale = (
            torch.tensor(values, dtype=torch.float64).view(5, 3, 1, 1)
            for values in (of_target, of_pose)
        )
        scaled = batch.changed(target=batch.target * target_scale, poses=batch.poses * pose_scale)
        self.assert_same(batch, scaled, config)

    @EVERY
    @settings(max_examples=15, deadline=None)
    @given(st.tuples(*[st.floats(-3, 3)] * 3))
    def test_to_the_orientation_of_the_canonical_frame(self, config, vector):
        """X -> Q X, R -> R Q^T for one Q: the gauge is free."""
        turn = roma.rotvec_to_rotmat(torch.tensor(vector, dtype=torch.float64))
        batch = random_batch()
        turned = batch.changed(poses=batch.poses @ turn.mT, rotation=batch.rotation @ turn.mT)
        self.assert_same(batch, turned, config)

    @EVERY
    @settings(max_examples=15, deadline=None)
    @given(st.integers(0, 10**6), st.integers(2, 4))
    def test_to_the_mirror_so_that_it_can_never_tell_the_two_worlds_apart(
        self, config, seed, views
    ):
        """X -> S X, R -> S R S, S = diag(1, 1, -1): the ambiguity that anatomy has to decide."""
        batch = random_batch(5, views, seed=seed)
        mirrored = batch.changed(poses=batch.poses @ S, rotation=S @ batch.rotation @ S)
        self.assert_same(batch, mirrored, config)

    @EVERY
    def test_not_to_a_gauge_that_differs_between_views(self, config):
        batch = perfect_batch(rigs=RIG_OF_3_AND_2)
        turns = roma.random_rotmat((5, 3), dtype=torch.float64)
        turned = batch.changed(poses=batch.poses @ turns.mT, rotation=batch.rotation @ turns.mT)
        own, view, *_ = turned.losses(config, rigs=RIG_OF_3_AND_2)
        assert own < 1e-9
        assert view > 0.05

    @EVERY
    def test_not_to_the_mirror_of_a_single_view(self, config):
        batch = perfect_batch(rigs=RIG_OF_3_AND_2)
        poses, rotation = batch.poses.clone(), batch.rotation.clone()
        poses[:, 1], rotation[:, 1] = poses[:, 1] @ S, S @ rotation[:, 1] @ S
        losses = batch.changed(poses=poses, rotation=rotation).losses(config, rigs=RIG_OF_3_AND_2)
        assert losses.reprojection < 1e-9
        assert losses.view > 0.05

    def assert_same(self, batch: Batch, changed: Batch, config: LossConfig):
        first = batch.losses(config, rigs=RIG_OF_3_AND_2)
        second = changed.losses(config, rigs=RIG_OF_3_AND_2)
        for name, value in first._asdict().items():
            torch.testing.assert_close(getattr(second, name), value, rtol=1e-6, atol=1e-9)


class TestPerfect:
    @EVERY
    @VIEWS
    def test_exact_weak_perspective_costs_nothing(self, config, views):
        losses = perfect_batch(5, views, rigs=RIG_OF_3_AND_2).losses(config, rigs=RIG_OF_3_AND_2)
        assert max(losses) < 1e-9

    @EVERY
    def test_cameras_that_moved_cost(self, config):
        """Perfect poses, but each sample's cameras stand elsewhere: only the camera term sees."""
        batch = perfect_batch(5, 3, rigs=torch.arange(5))
        losses = batch.losses(config, rigs=RIG_OF_3_AND_2)
        assert losses.view < 1e-9
        assert losses.camera > 0.1


class TestMissing:
    def hidden(self, batch, joints=(), views=()):
        """The batch with joints and views missing, as the samples hold them."""
        target, scores = batch.target.clone(), batch.scores.clone()
        for where in (*joints, *views):
            target[where], scores[where] = 0, 0
        return batch.changed(target=target, scores=scores)

    @EVERY
    def test_a_view_that_nobody_has_is_as_good_as_not_there(self, config):
        batch = random_batch(5, 4)
        hidden = self.hidden(batch, views=[(slice(None), 3)])
        batch = Batch(*(part[:, :3] for part in vars(batch).values()))
        donors = donors_of(RIG_OF_3_AND_2.tolist(), 4, fixed_points=True)
        self.assert_same_but_camera(hidden.losses(config), batch.losses(config))
        self.assert_same_camera(hidden, batch, donors, donors[:3], views=3)

    @EVERY
    def test_a_sample_without_any_view_is_as_good_as_not_there(self, config):
        batch = random_batch(5, 3)
        hidden = self.hidden(batch, views=[(4,)])
        shorter = Batch(*(part[:4] for part in vars(batch).values()))
        self.assert_same_but_camera(hidden.losses(config), shorter.losses(config))

    @EVERY
    def test_one_missing_view_by_hand(self, config):
        """View 1 of sample 2 is missing: no pair that needs it, from it or into it, counts."""
        batch = random_batch(4, 3)
        hidden = self.hidden(batch, views=[(2, 1)])
        hand = ByHand(batch, config.scale_norm)
        mean = element_mean if config.reduction == "element" else pose_mean
        gone = (2, 1)
        losses = hidden.losses(config)
        kept = [(s, v) for s in range(4) for v in range(3) if (s, v) != gone]
        close(losses.reprojection, mean(hand.pair(s, v, v) for s, v in kept))
        pairs = [(s, c, t) for s, c in kept for t in range(3) if (s, t) != gone]
        if config.mixing == "all_pairs":
            close(losses.view, mean(hand.pair(*pair) for pair in pairs))
        else:
            by_source = [[p for p in pairs if p[1] == c and p[2] != c] for c in range(3)]
            close(losses.view, sum(mean(hand.pair(*p) for p in part) for part in by_source))

    def test_exchange_needs_the_views_of_both_samples(self):
        batch = self.hidden(random_batch(4, 3), views=[(2, 1)])
        donors = torch.tensor([[1, 2, 3, 0]] * 3)
        errors = exchanged_errors(*vars(batch).values(), donors)
        for sample, donor in enumerate(donors[0].tolist()):
            for c in range(3):
                for t in range(3):
                    needed = {(sample, c), (sample, t), (donor, c), (donor, t)}
                    wanted = c != t and (2, 1) not in needed
                    assert (errors.coordinates[sample, c, t] > 0) == wanted
                    assert (errors.total[sample, c, t] > 0) == wanted

    @EVERY
    def test_a_joint_that_nobody_has_is_as_good_as_not_there(self, config):
        batch = random_batch(5, 3)
        hidden = self.hidden(batch, joints=[(slice(None), slice(None), 4)])
        rest = [0, 1, 2, 3, 5]
        shorter = Batch(
            batch.target[:, :, rest], batch.scores[:, :, rest], batch.poses[:, :, rest],
            batch.rotation,
        )  # fmt: skip
        first = hidden.losses(config, rigs=RIG_OF_3_AND_2)
        second = shorter.losses(config, rigs=RIG_OF_3_AND_2)
        for name, value in second._asdict().items():
            torch.testing.assert_close(getattr(first, name), value)

    @EVERY
    def test_predictions_of_missing_views_get_no_gradient_and_others_finite_ones(self, config):
        batch = random_batch(5, 3)
        hidden = self.hidden(
            batch, joints=[(0, 0, 3), (1, slice(None), 2)], views=[(2, 1), (3, 0), (3, 2)]
        )
        poses = hidden.poses.clone().requires_grad_()
        rotation = hidden.rotation.clone().requires_grad_()
        losses = hidden.changed(poses=poses, rotation=rotation).losses(config, rigs=RIG_OF_3_AND_2)
        losses.total.backward()
        for gradient in (poses.grad, rotation.grad):
            assert torch.isfinite(gradient).all()
            for gone in ((2, 1), (3, 0), (3, 2)):
                assert not gradient[gone].any()
            assert gradient[0, 0].any()
        assert not poses.grad[1, :, 2].any()

    @EVERY
    def test_a_batch_of_nothing_costs_nothing(self, config):
        batch = random_batch(3, 2)
        hidden = self.hidden(batch, views=[(slice(None),)])
        poses = hidden.poses.clone().requires_grad_()
        losses = hidden.changed(poses=poses).losses(config, rigs=torch.zeros(3, dtype=torch.int64))
        losses.total.backward()
        assert max(losses) == 0
        assert not poses.grad.any()

    def assert_same_but_camera(self, first, second):
        for name in ("reprojection", "view"):
            torch.testing.assert_close(getattr(first, name), getattr(second, name))

    def assert_same_camera(self, hidden, batch, donors, donors_of_rest, views):
        first = exchanged_errors(*vars(hidden).values(), donors)
        second = exchanged_errors(*vars(batch).values(), donors_of_rest)
        for part, rest in zip(first, second, strict=True):
            torch.testing.assert_close(part[:, :views, :views], rest)
            assert not part[:, views:].any()
            assert not part[:, :, views:].any()


def test_mixed_errors_are_indexed_by_source_then_target():
    batch = random_batch(4, 3)
    hand = ByHand(batch, "rms")
    errors = mixed_errors(*vars(batch).values())
    for sample in range(4):
        for source in range(3):
            for target in range(3):
                total, count = hand.pair(sample, source, target)
                assert errors.total[sample, source, target].item() == pytest.approx(total)
                assert errors.coordinates[sample, source, target] == count
