import numpy as np
import pytest
import torch

from canonpose.errors import InputError
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.lifter.transplant import check_fit, norm_of_shared, shared_joints, transplant_
from canonpose.skeleton import Skeleton, layout

CONFIG = LifterConfig(width=12)
COCO = layout("coco17")
GENERATOR = torch.Generator().manual_seed(0)


def lifter(skeleton, seed=0, config=CONFIG):
    torch.manual_seed(seed)
    return TrainedLifter(Lifter(len(skeleton), config), skeleton)


def permuted(skeleton, seed=3):
    order = np.random.default_rng(seed).permutation(len(skeleton.detected))
    joints = (*(skeleton.detected[place] for place in order), *skeleton.derived)
    return Skeleton(
        "permuted", joints, skeleton.root, skeleton.parents, skeleton.derived, skeleton.pairs
    )


def poses(skeleton, seed=1, count=6):
    generator = torch.Generator().manual_seed(seed)
    positions = torch.randn(count, len(skeleton), 2, generator=generator)
    positions = positions / positions.norm(dim=(-2, -1), keepdim=True)
    return positions, torch.rand(count, len(skeleton), generator=generator)


@torch.no_grad()
def output(network, positions, scores):
    return network(positions, scores)


@pytest.mark.parametrize("width", [12, 30])
def test_permuted_joints_give_the_same_output(width):
    source, target = lifter(COCO), permuted(COCO)
    network = lifter(target, seed=7, config=LifterConfig(width=width)).network
    transplant_(network, target, source, GENERATOR)
    positions, scores = poses(COCO)
    order = COCO.indices(target.joints)
    lifted, rotation = output(source.network, positions, scores)
    again, turned = output(network, positions[:, order], scores[:, order])
    torch.testing.assert_close(again, lifted[:, order])
    torch.testing.assert_close(turned, rotation)


@pytest.mark.parametrize(("source", "target"), [("coco17", "body25"), ("halpe26", "coco17")])
def test_what_one_of_them_lacks_does_no_harm(source, target):
    """Shared joints are lifted as by the source that sees nothing else, whatever the others are."""
    theirs, ours = layout(source), layout(target)
    known = lifter(theirs)
    network = lifter(ours, seed=7).network
    transplant_(network, ours, known, GENERATOR)
    both = shared_joints(theirs, ours)
    positions, scores = poses(ours)
    in_theirs = torch.zeros(len(positions), len(theirs), 2)
    in_theirs[:, theirs.indices(both)] = positions[:, ours.indices(both)]
    scores_of_theirs = torch.zeros(len(positions), len(theirs))
    scores_of_theirs[:, theirs.indices(both)] = scores[:, ours.indices(both)]
    lifted, rotation = output(known.network, in_theirs, scores_of_theirs)
    again, turned = output(network, positions, scores)
    torch.testing.assert_close(again[:, ours.indices(both)], lifted[:, theirs.indices(both)])
    torch.testing.assert_close(turned, rotation)


def test_new_joints_start_where_they_hang():
    ours = layout("body25")
    network = lifter(ours, seed=7).network
    transplant_(network, ours, lifter(COCO), GENERATOR)
    lifted, _ = output(network, *poses(ours))
    for new, known in (("left_heel", "left_ankle"), ("right_small_toe", "right_ankle")):
        assert torch.equal(lifted[:, ours.index(new)], lifted[:, ours.index(known)])


def test_a_new_joint_that_hangs_on_nothing_keeps_its_own_weights():
    ours = Skeleton("own", ("left_hip", "right_hip", "hat", "pelvis"), "pelvis", {}, {})
    network = lifter(ours, seed=7).network
    before = network.pose_head.weight.detach().clone()
    transplant_(network, ours, lifter(COCO), GENERATOR)
    rows = slice(3 * ours.index("hat"), 3 * ours.index("hat") + 3)
    assert torch.equal(network.pose_head.weight[rows], before[rows])
    assert not torch.equal(network.pose_head.weight, before)


def test_positions_count_as_in_poses_of_shared_joints_alone():
    """More joints make each coordinate of a pose of norm 1 smaller; the start makes up for it."""
    ours = layout("body25")
    source = lifter(COCO)
    both = shared_joints(COCO, ours)
    positions, scores = poses(ours, count=1)
    norm = norm_of_shared(positions, COCO, ours)
    shared = positions[:, ours.indices(both)]
    assert norm == pytest.approx(float(shared.norm()))
    assert norm < 0.99
    network = lifter(ours, seed=7).network
    transplant_(network, ours, source, GENERATOR, norm)
    in_theirs = torch.zeros(1, len(COCO), 2)
    in_theirs[:, COCO.indices(both)] = shared / shared.norm()
    scores_of_theirs = torch.zeros(1, len(COCO))
    scores_of_theirs[:, COCO.indices(both)] = scores[:, ours.indices(both)]
    _, rotation = output(source.network, in_theirs, scores_of_theirs)
    torch.testing.assert_close(output(network, positions, scores)[1], rotation)


def test_views_that_are_not_seen_do_not_count_in_the_norm():
    positions, _ = poses(COCO)
    both = torch.cat([positions, torch.zeros_like(positions)])
    assert norm_of_shared(both, COCO, COCO) == pytest.approx(1.0)
    assert norm_of_shared(torch.zeros_like(positions), COCO, COCO) == 1.0


def test_the_source_stays_as_it_was():
    source = lifter(COCO)
    before = {name: value.clone() for name, value in source.network.state_dict().items()}
    network = lifter(COCO, seed=7).network
    transplant_(network, COCO, source, GENERATOR)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(1)
    for name, value in source.network.state_dict().items():
        assert torch.equal(value, before[name])


@pytest.mark.parametrize(
    ("config", "skeleton", "says"),
    [
        (LifterConfig(width=8), COCO, "is 12 neurons wide, and this training 8"),
        (LifterConfig(width=12, input_activation=True), COCO, "other activations"),
        (CONFIG, Skeleton("bust", ("nose", "neck"), "neck"), "centred on 'pelvis'"),
    ],
)
def test_what_does_not_fit_is_refused(config, skeleton, says):
    with pytest.raises(InputError, match=says):
        check_fit(lifter(COCO), config, skeleton, "a/run")
    for width in (12, 20):
        check_fit(lifter(COCO), LifterConfig(width=width), layout("body25"), "a/run")
