"""Branches of the body exchanged between moments of one rig."""

import pytest
import torch

from canonpose.skeleton import Skeleton, layout, layout_names
from canonpose.training.augmentation import Augmentation
from canonpose.training.branches import Branch, branches_of, exchange_branches
from canonpose.training.config import AugmentationConfig
from synthetic_people import RING3, bodies

SKELETON = layout("coco17")
BRANCHES = branches_of(SKELETON)
SAMPLES = 12


def world():
    return torch.from_numpy(bodies(SAMPLES, SKELETON, seed=4))


def images(points):
    """Weak-perspective images [sample, view, joint, 2] by static cameras."""
    turns = torch.from_numpy(RING3.rotations)
    return (points[:, None] @ turns.mT)[..., :2]


def draws(seed=0, branches=BRANCHES):
    random = torch.Generator().manual_seed(seed)
    shape = (len(branches), SAMPLES)
    return torch.randint(SAMPLES, shape, generator=random), torch.rand(
        shape, generator=random
    ) < 0.5


def exchanged_in_space(points, donors, taken):
    """The same exchange done to the 3D poses, one sample and one branch after the other."""
    new = points.clone()
    for (joint, below), donor, take in zip(BRANCHES, donors, taken, strict=True):
        for sample in range(SAMPLES):
            if take[sample]:
                arm = points[donor[sample], below] - points[donor[sample], joint]
                new[sample, below] = new[sample, joint] + arm
    return new


def test_the_new_images_are_those_of_new_bodies_in_all_views():
    donors, taken = draws()
    new = exchanged_in_space(world(), donors, taken)
    scores = torch.ones(SAMPLES, len(RING3), len(SKELETON), dtype=torch.float64)
    made, seen = exchange_branches(images(world()), scores, BRANCHES, donors, taken)
    torch.testing.assert_close(made, images(new))
    assert torch.equal(seen, scores)
    assert (new - world()).norm(dim=-1).max() > 0.1


def test_bones_keep_lengths_that_somebody_has():
    donors, taken = draws(1)
    new, old = exchanged_in_space(world(), donors, taken), world()
    parents, children = torch.from_numpy(SKELETON.bone_indices).unbind(-1)

    def lengths(points):
        return (points[:, children] - points[:, parents]).norm(dim=-1)

    shortest, longest = lengths(old).min(0).values, lengths(old).max(0).values
    assert (lengths(new) > shortest - 1e-6).all()
    assert (lengths(new) < longest + 1e-6).all()


def test_derived_joints_stay_the_middle_of_their_sources():
    new = exchanged_in_space(world(), *draws(2))
    for joint, sources in SKELETON.derived.items():
        middle = new[:, SKELETON.indices(sources)].mean(1)
        torch.testing.assert_close(new[:, SKELETON.index(joint)], middle)


@pytest.mark.parametrize("name", layout_names())
def test_branches_of_the_layouts(name):
    skeleton = layout(name)
    branches = {skeleton.joints[b.joint]: b.below for b in branches_of(skeleton)}
    assert {"left_shoulder", "right_elbow", "left_hip", "right_knee"} <= set(branches)
    assert skeleton.root not in branches
    arm = {skeleton.joints[index] for index in branches["left_shoulder"]}
    assert arm == {"left_elbow", "left_wrist"}
    sizes = [len(branch.below) for branch in branches_of(skeleton)]
    assert sizes == sorted(sizes, reverse=True)


def test_a_branch_that_would_tear_a_derived_joint_is_none():
    skeleton = Skeleton(
        "torn",
        ("root", "spine", "left", "tip", "right", "middle"),
        "root",
        parents={"spine": "root", "left": "spine", "tip": "left", "right": "root"},
        derived={"middle": ("left", "right")},
    )
    assert branches_of(skeleton) == (Branch(2, [3]),)


def test_what_was_not_seen_is_not_made_up():
    donors, taken = draws(3)
    taken[:] = True
    scores = torch.ones(SAMPLES, 3, len(SKELETON), dtype=torch.float64)
    shoulder, wrist = SKELETON.index("left_shoulder"), SKELETON.index("left_wrist")
    place = [branch.joint for branch in BRANCHES].index(shoulder)
    donor = int(donors[place, 0])
    scores[donor, 1, shoulder] = 0
    only = [branch for branch in BRANCHES if branch.joint == shoulder]
    _, seen = exchange_branches(images(world()), scores, only, donors[[place]], taken[[place]])
    assert seen[0, 1, wrist] == 0
    assert seen[0, 0, wrist] == 1
    assert seen[0, 1, shoulder] == (0 if donor == 0 else 1)


def test_samples_exchange_inside_their_rig_only_and_never_without_one():
    config = AugmentationConfig(branch_exchange=1.0)
    augment = Augmentation(config, SKELETON)
    positions = images(world()).float()
    positions = positions - positions[:, :, [SKELETON.root_index]]
    positions = positions / positions.norm(dim=(-2, -1), keepdim=True)
    scores = torch.ones(positions.shape[:-1])

    def made(rigs):
        return augment(positions, scores, torch.Generator().manual_seed(1), rigs).target

    torch.testing.assert_close(made(None), positions)
    torch.testing.assert_close(made(torch.arange(SAMPLES)), positions, atol=1e-6, rtol=0)
    assert (made(torch.zeros(SAMPLES, dtype=torch.int64)) - positions).abs().max() > 0.01
