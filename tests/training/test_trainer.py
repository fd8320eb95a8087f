"""One step of the released preset against a step written out plainly."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from canonpose.lifter import LifterConfig
from canonpose.losses.permutation import permutations_within_groups
from canonpose.training import preset
from canonpose.training.randomness import ORDER, STEP, generator_for
from canonpose.training.samples import samples_of
from canonpose.training.trainer import Trainer
from synthetic_people import Ring, capture

WIDTH = 32


class PlainLifter(nn.Module):
    """The authors' network in our words; poses are [coordinate, joint] as in their arrays."""

    def __init__(self, joints):
        super().__init__()
        self.enter = nn.Linear(3 * joints, WIDTH)
        self.hidden = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(10))
        self.leave_pose = nn.Linear(WIDTH, 3 * joints)
        self.leave_turn = nn.Linear(WIDTH, 3)

    def block(self, number, values):
        act = nn.LeakyReLU()
        inner = act(self.hidden[2 * number + 1](act(self.hidden[2 * number](values))))
        return act(inner + values)

    def forward(self, values):
        common = self.block(0, self.enter(values))
        pose = self.leave_pose(self.block(2, self.block(1, common)))
        turn = self.leave_turn(self.block(4, self.block(3, common)))
        return pose, turn


def plain_copy(network):
    """The same weights in the plain network."""
    plain = PlainLifter(network.joints)
    ours = {name: value.detach().clone() for name, value in network.named_parameters()}
    blocks = ["common.0", "pose_path.0", "pose_path.1", "rotation_path.0", "rotation_path.1"]
    names = {"enter": "upscale", "leave_pose": "pose_head", "leave_turn": "rotation_head"}
    for number, block in enumerate(blocks):
        names[f"hidden.{2 * number}"] = f"{block}.first"
        names[f"hidden.{2 * number + 1}"] = f"{block}.second"
    state = {
        f"{plain_name}.{part}": ours[f"{name}.{part}"]
        for plain_name, name in names.items()
        for part in ("weight", "bias")
    }
    plain.load_state_dict(state)
    return plain, names


def skew(vector):
    """The matrix of Equation 3, of one vector."""
    x, y, z = vector
    zero = torch.zeros(())
    return torch.stack(
        [torch.stack([zero, -z, y]), torch.stack([z, zero, -x]), torch.stack([-y, x, zero])]
    )


def plain_loss(detected, projected, confidences):
    """One batch of poses [pose, joint, 2]: the authors' weighted, scale-free reprojection loss."""
    count = detected.shape[1] * 2
    scale_detected = (detected.pow(2).sum((1, 2), keepdim=True) / count).sqrt()
    scale_projected = (projected.pow(2).sum((1, 2), keepdim=True) / count).sqrt()
    gap = (detected / scale_detected - projected / scale_projected).abs().sum(2)
    return (gap * confidences).sum() / (len(detected) * count)


def plain_step_loss(plain, detected, confidences, subjects, donors):
    """Reprojection, view and camera terms with loops over cameras and subjects."""
    samples, cameras, joints = confidences.shape
    values = torch.cat([detected.flatten(2), confidences], 2)
    pose, turn = plain(values)
    pose = pose.reshape(samples, cameras, joints, 3)
    rotation = torch.stack(
        [torch.stack([torch.linalg.matrix_exp(skew(v)) for v in view]) for view in turn]
    )
    seen = torch.einsum("sckl,scjl->scjk", rotation, pose)
    loss = plain_loss(
        detected.flatten(0, 1), seen.flatten(0, 1)[..., :2], confidences.flatten(0, 1)
    )
    for camera in range(cameras):
        others = [other for other in range(cameras) if other != camera]
        mixed = torch.einsum("stkl,sjl->stjk", rotation[:, others], pose[:, camera])
        loss = loss + plain_loss(
            detected[:, others].flatten(0, 1),
            mixed.flatten(0, 1)[..., :2],
            confidences[:, others].flatten(0, 1),
        )
        relative = rotation[:, others] @ rotation[:, [camera]].mT
        for subject in subjects.unique():
            those = (subjects == subject).nonzero()[:, 0]
            if len(those) > 1:
                swapped = torch.einsum(
                    "stkl,sjl->stjk", relative[donors[camera][those]], seen[those, camera]
                )
                loss = loss + 0.1 * plain_loss(
                    detected[those][:, others].flatten(0, 1),
                    swapped.flatten(0, 1)[..., :2],
                    confidences[those][:, others].flatten(0, 1),
                )
    return loss


@pytest.fixture(scope="module")
def samples():
    made = samples_of(capture(60, people=3, ring=Ring())[0])
    made.scores.copy_(0.2 + 0.8 * torch.rand(made.scores.shape))
    return made


def trainer_of(samples, **changes):
    config = preset("released", lifter=LifterConfig(width=WIDTH), **changes)
    skeleton = capture(1)[0].skeleton
    return Trainer(samples, skeleton, config, True, torch.device("cpu"))


@pytest.mark.parametrize("steps", [1, 3])
def test_a_step_of_released_is_the_authors_step(samples, steps):
    trainer = trainer_of(samples)
    plain, names = plain_copy(trainer.network)
    optimiser = torch.optim.Adam(plain.parameters(), lr=0.0001, weight_decay=1e-5)
    for step in range(steps):
        order = torch.randperm(len(samples), generator=generator_for(0, ORDER, 0))
        chosen = order[32 * step : 32 * (step + 1)]
        # The augmentation of this preset is none, but it draws all the same.
        generator = generator_for(0, STEP, step)
        torch.rand(32, 4, generator=generator)
        rigs = samples.rigs[chosen]
        donors = permutations_within_groups(rigs, 4, generator, fixed_points=True)
        loss = plain_step_loss(
            plain, samples.positions[chosen], samples.scores[chosen], rigs, donors
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        ours = trainer.advance()
        assert ours.total.item() == pytest.approx(loss.item(), rel=1e-5)
        assert ours.camera > 0
    theirs = dict(plain.named_parameters())
    parameters = dict(trainer.network.named_parameters())
    for plain_name, name in names.items():
        for part in ("weight", "bias"):
            torch.testing.assert_close(
                parameters[f"{name}.{part}"], theirs[f"{plain_name}.{part}"], atol=1e-5, rtol=0
            )


def test_every_sample_once_an_epoch(samples):
    trainer = trainer_of(samples, batch=32)
    assert trainer.steps_per_epoch == 6  # 180 samples
    for _ in range(2):
        seen = []
        for _ in range(6):
            seen.append(trainer._batch_indices(trainer.step))
            trainer.step += 1
        assert [len(batch) for batch in seen] == [32] * 5 + [20]
        assert sorted(torch.cat(seen).tolist()) == list(range(180))


def test_a_small_capture_is_passed_over_until_min_steps(samples):
    trainer = trainer_of(samples, epochs=2, min_steps=50)
    assert (trainer.epochs, trainer.steps) == (9, 54)
    assert trainer_of(samples, epochs=10, min_steps=50).epochs == 10


def test_a_batch_is_never_larger_than_the_capture(samples):
    trainer = trainer_of(samples, batch=1000)
    assert (trainer.batch, trainer.steps_per_epoch) == (180, 1)


def test_neither_the_global_generator_nor_its_state_is_touched(samples):
    torch.manual_seed(1)
    first = trainer_of(samples)
    before = torch.random.get_rng_state()
    torch.manual_seed(2)
    np.random.seed(2)  # noqa: NPY002
    second = trainer_of(samples)
    for one, other in zip(first.network.parameters(), second.network.parameters(), strict=True):
        assert torch.equal(one, other)
    torch.manual_seed(1)
    first.advance()
    assert torch.equal(torch.random.get_rng_state(), before)


def test_restored_state_goes_on_alike(samples):
    whole, first, second = (trainer_of(samples) for _ in range(3))
    for _ in range(8):
        whole.advance()
    for _ in range(5):
        first.advance()
    second.restore({name: value.clone() for name, value in first.state().items()}, first.step)
    for _ in range(3):
        second.advance()
    for name, value in whole.state().items():
        assert torch.equal(second.state()[name], value), name


def test_anatomy_has_a_say_over_poses_as_they_were_struck(samples):
    """Where branches of other moments are exchanged, a pose need not be one of a body."""
    fast = preset("fast", lifter=LifterConfig(width=WIDTH))
    config = replace(fast, loss=replace(fast.loss, weight_anatomy=1.0))
    skeleton = capture(1)[0].skeleton
    moving = Trainer(samples, skeleton, config, False, torch.device("cpu"))
    static = Trainer(samples, skeleton, config, True, torch.device("cpu"))
    assert moving.advance().anatomy > 0
    assert static.advance().anatomy == 0


@pytest.mark.parametrize(("step", "share"), [(0, 0.1), (2, 0.4), (6, 1.0), (9, 1.0)])
def test_camera_consistency_counts_by_its_share(samples, step, share):
    trainer = trainer_of(samples, camera_growth=0.5, epochs=2)  # 12 steps
    trainer.step = step
    losses = trainer.advance()
    weighted = trainer.config.loss.weight_camera * losses.camera
    assert weighted > 0
    torch.testing.assert_close(losses.total, losses.reprojection + losses.view + share * weighted)


def moving_trainer(frames=100, **changes):
    footage = capture(frames, people=2, static_cameras=False)[0]
    config = preset("moving", lifter=LifterConfig(width=WIDTH), **changes)
    made = samples_of(footage)
    return Trainer(made, footage.skeleton, config, False, torch.device("cpu")), made


def test_where_cameras_move_a_batch_is_of_pairs_that_are_close_in_time():
    trainer, made = moving_trainer()
    stretches = made.stretches
    assert len(stretches.unique()) == 8
    seen = []
    for _ in range(trainer.steps_per_epoch):
        batch = trainer._batch_indices(trainer.step)
        pairs = stretches[batch].reshape(-1, 2)
        assert torch.equal(pairs[:, 0], pairs[:, 1])
        seen += batch.tolist()
        trainer.step += 1
    assert sorted(seen) == list(range(200))


def test_relative_rotations_of_other_stretches_are_no_evidence():
    """The camera term of a batch is zero where no two samples are of one stretch."""
    trainer, made = moving_trainer()
    firsts = torch.tensor([0, 30, 60, 90])
    assert len(made.stretches[firsts].unique()) == 4
    apart = trainer.losses(firsts, torch.Generator().manual_seed(0))
    together = trainer.losses(torch.tensor([0, 29, 60, 89]), torch.Generator().manual_seed(0))
    assert apart.camera == 0
    assert together.camera > 0


def test_the_first_rotations_are_spread_where_asked(samples):
    near = trainer_of(samples).network
    wide = trainer_of(samples, rotation_spread=30.0).network
    torch.testing.assert_close(wide.rotation_head.weight, 30 * near.rotation_head.weight)
    torch.testing.assert_close(wide.upscale.weight, near.upscale.weight)

    def spread(network):
        _, rotation = network(samples.positions, samples.scores)
        return (rotation - rotation.mean((0, 1))).norm(dim=(-2, -1)).mean()

    assert spread(wide) > 5 * spread(near)
