"""The anatomy term: nothing for bodies, much for their mirror images, and it can un-mirror one."""

import torch

from canonpose.losses import LossConfig
from canonpose.losses.anatomy import anatomy_loss
from canonpose.skeleton import Skeleton, layout
from synthetic_people import bodies

from .batches import random_batch

SKELETON = layout("coco17")
MIRROR = torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)


def people(frames=200):
    poses = torch.from_numpy(bodies(frames, SKELETON, seed=1))
    return poses, torch.ones(poses.shape[:2], dtype=torch.float64)


def test_mirrored_bodies_cost_much_more_than_bodies():
    poses, scores = people()
    assert anatomy_loss(poses * MIRROR, scores, SKELETON) > 0.3
    assert anatomy_loss(poses, scores, SKELETON) < 0.02


def test_joints_that_were_not_seen_have_no_say():
    poses, scores = people()
    assert anatomy_loss(poses * MIRROR, 0 * scores, SKELETON) == 0


def test_a_skeleton_that_anatomy_knows_nothing_of_costs_nothing():
    ball = Skeleton("ball", ("a", "b", "c"), "a")
    assert anatomy_loss(torch.randn(4, 3, 3), torch.ones(4, 3), ball) == 0


def test_every_single_pose_is_pushed_out_of_the_mirror():
    """Descending the term alone turns mirrored depths round, each pose by itself."""
    poses, scores = people(30)
    depth = -poses[..., 2:].clone()
    depth[::2] *= -1  # every second pose is right from the start
    before = depth.clone()
    depth.requires_grad_()
    joined = torch.cat([poses[..., :2], depth], -1)
    anatomy_loss(joined, scores, SKELETON).backward()
    mirrored, right = depth.grad[1::2], depth.grad[::2]
    assert mirrored.abs().sum() > 10 * right.abs().sum()
    with torch.no_grad():
        step = torch.cat([poses[..., :2], before - 0.5 * depth.grad], -1)
    assert anatomy_loss(step, scores, SKELETON) < anatomy_loss(joined, scores, SKELETON)


def test_the_objective_adds_it_where_asked_and_the_skeleton_is_known():
    batch = random_batch(4, 2, joints=len(SKELETON))
    plain = batch.losses(LossConfig(), skeleton=SKELETON)
    asked = batch.losses(LossConfig(weight_anatomy=2.0), skeleton=SKELETON)
    unknown = batch.losses(LossConfig(weight_anatomy=2.0))
    assert plain.anatomy == unknown.anatomy == 0
    torch.testing.assert_close(asked.total, plain.total + 2 * asked.anatomy)
    torch.testing.assert_close(asked.anatomy, anatomy_loss(batch.poses, batch.scores, SKELETON))
