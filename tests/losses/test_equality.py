"""The equality terms by hand, what satisfies them, and what is wrong with them."""

import pytest
import torch

from canonpose.losses import LossConfig

from .batches import perfect_batch, random_batch

POSES = LossConfig(view_term="equality")
CAMERAS = LossConfig(camera_term="equality")


def test_pose_equality_is_the_mean_squared_distance_of_two_views():
    batch = random_batch(4, 3)
    pairs = [(s, a, b) for s in range(4) for a in range(3) for b in range(3) if a != b]
    squares = [(batch.poses[s, a] - batch.poses[s, b]).square().sum() for s, a, b in pairs]
    assert batch.losses(POSES).view.item() == pytest.approx(float(sum(squares)) / len(pairs))


def test_camera_equality_is_half_the_mean_squared_distance_of_two_samples():
    batch = random_batch(5, 3)
    rigs = torch.tensor([0, 0, 1, 1, 1])
    squares, count = 0.0, 0
    for rig in (0, 1):
        members = (rigs == rig).nonzero()[:, 0].tolist()
        for a in range(3):
            for b in range(3):
                if a == b:
                    continue
                relative = batch.rotation[members, b] @ batch.rotation[members, a].mT
                gaps = relative[:, None] - relative[None]
                squares += float(gaps.square().sum()) / len(members) / 2
                count += len(members)
    assert batch.losses(CAMERAS, rigs=rigs).camera.item() == pytest.approx(squares / count)


def test_a_static_rig_costs_nothing():
    batch = perfect_batch(6, 3, rigs=torch.tensor([0, 0, 0, 1, 1, 1]))
    rigs = torch.tensor([0, 0, 0, 1, 1, 1])
    assert batch.losses(CAMERAS, rigs=rigs).camera < 1e-12
    assert batch.losses(CAMERAS, rigs=torch.zeros(6, dtype=torch.int64)).camera > 1e-2


def test_one_canonical_pose_in_all_views_costs_nothing():
    batch = perfect_batch(6, 3)
    same = batch.poses[:, :1].expand_as(batch.poses)
    assert batch.changed(poses=same).losses(POSES).view == 0


def test_poses_shrunk_to_nothing_cost_nothing_which_is_why_it_fails():
    """The reprojection loss does not see scale, so that equality can be had for free."""
    batch = random_batch(4, 3)
    small = batch.changed(poses=batch.poses * 1e-4)
    own, shrunk = batch.losses(POSES), small.losses(POSES)
    assert shrunk.reprojection.item() == pytest.approx(own.reprojection.item())
    assert shrunk.view < 1e-7 * own.view


def test_views_that_saw_nobody_take_no_part():
    batch = random_batch(4, 3)
    scores = batch.scores.clone()
    scores[1, 2] = 0
    unseen = batch.changed(scores=scores)
    moved = batch.poses.clone()
    moved[1, 2] += 100
    turned = batch.rotation.clone()
    turned[1, 2] = torch.eye(3, dtype=torch.float64)
    other = unseen.changed(poses=moved, rotation=turned)
    rigs = torch.zeros(4, dtype=torch.int64)
    for config in (POSES, CAMERAS):
        first, second = unseen.losses(config, rigs=rigs), other.losses(config, rigs=rigs)
        term = "view" if config is POSES else "camera"
        assert getattr(first, term).item() == pytest.approx(getattr(second, term).item())
