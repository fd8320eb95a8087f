"""Camera-consistency of views that were flipped and turned in their image planes."""

import pytest
import torch

from canonpose.losses import LossConfig
from canonpose.skeleton import Skeleton
from canonpose.training.augmentation import Augmentation
from canonpose.training.config import AugmentationConfig

from .batches import perfect_batch

RIGS = torch.tensor([0, 0, 1, 1, 0, 1, 1, 0])
SKELETON = Skeleton(
    "six", ("root", "l1", "r1", "l2", "r2", "top"), "root", pairs=(("l1", "r1"), ("l2", "r2"))
)
MIRROR_INDICES = torch.from_numpy(SKELETON.mirror_indices)


def augmented(config, seed=0):
    """A perfect batch, augmented, with the perfect predictions of the augmented views."""
    batch = perfect_batch(8, 3, rigs=RIGS)
    augment = Augmentation(config, SKELETON)
    made = augment(batch.target, batch.scores, torch.Generator().manual_seed(seed))
    # A flip is G = S_x times a turn, of det -1, and no rotation does that: the mirrored body is
    # another body, S_x X in the canonical frame, seen by the rotation G R S_x.
    flips = made.view_frames.det() < 0
    mirror = torch.diag(torch.tensor([-1.0, 1, 1], dtype=torch.float64))
    body = torch.where(flips[..., None, None], mirror, torch.eye(3, dtype=torch.float64))
    swapped = batch.poses[:, :, MIRROR_INDICES]
    poses = torch.where(flips[..., None, None], swapped, batch.poses) @ body
    rotation = made.view_frames @ batch.rotation @ body
    return batch.changed(
        target=made.target, scores=made.scores, poses=poses, rotation=rotation
    ), made


@pytest.mark.parametrize("sum_over", ["rigs", "samples"])
@pytest.mark.parametrize(
    "config",
    [
        AugmentationConfig(flip=True),
        AugmentationConfig(rotation=40.0),
        AugmentationConfig(flip=True, rotation=40.0),
    ],
)
def test_a_static_rig_costs_nothing_when_the_frames_are_known(config, sum_over):
    batch, made = augmented(config)
    loss = LossConfig(camera_sum=sum_over)
    known = batch.losses(loss, rigs=RIGS, view_frames=made.view_frames)
    assert max(known) < 1e-6  # in-plane turns are drawn in single precision
    assert batch.rotation.det().min() > 0.99
    unknown = batch.losses(loss, rigs=RIGS)
    assert unknown.view < 1e-9
    assert unknown.camera > 0.1


def test_frames_of_nothing_change_nothing():
    batch = perfect_batch(8, 3, seed=4, rigs=torch.arange(8))
    still = torch.eye(3, dtype=torch.float64).expand(8, 3, 3, 3)
    plain = batch.losses(rigs=RIGS)
    torch.testing.assert_close(batch.losses(rigs=RIGS, view_frames=still).camera, plain.camera)
    assert plain.camera > 0.1
