from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from canonpose.geometry.normalisation import normalise
from canonpose.geometry.projection import rotate
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.lifter.mirror_image import lift_with_mirror_image
from canonpose.skeleton import layout

COCO = layout("coco17")
FLIP = torch.tensor([-1.0, 1.0, 1.0])
SIDES = COCO.mirror_indices


def lifter_of(seed=0, **config):
    torch.manual_seed(seed)
    return TrainedLifter(Lifter(len(COCO), LifterConfig(width=12, **config)), COCO)


def views(seed, *batch):
    """Normalised poses of random joints, a tenth of them missing."""
    generator = torch.Generator().manual_seed(seed)
    positions = torch.randn(*batch, len(COCO), 2, generator=generator)
    scores = torch.rand(*batch, len(COCO), generator=generator)
    scores = torch.where(scores < 0.1, 0.0, scores)
    scores[..., COCO.root_index] = 1.0
    return normalise(positions, scores, COCO.root_index)[:2]


def in_mirror(positions, scores):
    return FLIP[:2] * positions[..., SIDES, :], scores[..., SIDES]


def in_camera(lifter, positions, scores):
    poses, rotation = lift_with_mirror_image(lifter, positions, scores)
    return rotate(rotation, poses).detach()


@given(st.integers(0, 1000))
def test_a_mirror_image_is_lifted_to_the_mirror_image(seed):
    lifter, seen = lifter_of(seed), views(seed, 5)
    there = in_camera(lifter, *seen)
    back = FLIP * in_camera(lifter, *in_mirror(*seen))[:, SIDES]
    torch.testing.assert_close(there, back, atol=1e-5, rtol=1e-4)


def test_a_view_alone_is_not():
    lifter, seen = lifter_of(mirror_image=False), views(0, 5)
    poses, rotation = lift_with_mirror_image(lifter, *seen)
    alone, turned = lifter.network(*seen)
    torch.testing.assert_close(poses, alone, rtol=0, atol=0)
    torch.testing.assert_close(rotation, turned, rtol=0, atol=0)
    back = FLIP * in_camera(lifter, *in_mirror(*seen))[:, SIDES]
    assert (rotate(turned, alone) - back).abs().max() > 1e-2


def test_it_is_the_mean_of_both_whatever_their_scales():
    lifter, seen = lifter_of(), views(3, 4)
    alone = replace(lifter, network=Lifter(len(COCO), LifterConfig(width=12, mirror_image=False)))
    alone.network.load_state_dict(lifter.network.state_dict())
    both = [in_camera(alone, *seen), FLIP * in_camera(alone, *in_mirror(*seen))[:, SIDES]]
    both = [pose - pose[:, [COCO.root_index]] for pose in both]
    mean = sum(pose / pose.flatten(1).norm(dim=1)[:, None, None] for pose in both) / 2
    torch.testing.assert_close(in_camera(lifter, *seen), mean, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("batch", [(), (0,), (3,), (2, 3)])
def test_any_number_of_views(batch):
    lifter, seen = lifter_of(), views(1, *batch)
    poses, rotation = lift_with_mirror_image(lifter, *seen)
    assert poses.shape == (*batch, len(COCO), 3)
    assert rotation.shape == (*batch, 3, 3)
    flat = [part.reshape(-1, *part.shape[len(batch) :]) for part in seen]
    one_by_one = [lift_with_mirror_image(lifter, *view)[0] for view in zip(*flat, strict=True)]
    for pose, alone in zip(poses.reshape(-1, len(COCO), 3), one_by_one, strict=True):
        torch.testing.assert_close(pose, alone, atol=1e-6, rtol=1e-5)


def test_rotations_are_those_of_the_view_alone():
    lifter, seen = lifter_of(), views(2, 6)
    np.testing.assert_allclose(
        lift_with_mirror_image(lifter, *seen)[1].detach(),
        lifter.network(*seen)[1].detach(),
        atol=1e-6,
    )
