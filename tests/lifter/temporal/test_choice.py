import pytest
import torch

from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, save_lifter
from canonpose.lifter.temporal import (
    TemporalConfig,
    TemporalLifter,
    TrainedTemporal,
    own_temporal,
    save_temporal,
    temporal_of,
)
from canonpose.lifter.temporal.choice import mean_for
from canonpose.lifter.trained import FILES
from canonpose.skeleton import layout
from synthetic_people import LAYOUTS

COCO = layout("coco17")


def run_of(folder, skeleton):
    save_lifter(TrainedLifter(Lifter(len(skeleton), LifterConfig(width=8)), skeleton), folder)
    return folder


def test_a_run_has_its_own_before_the_one_that_comes_with_canonpose(tmp_path):
    run = run_of(tmp_path, COCO)
    assert own_temporal(run) is None
    unasked = temporal_of(run)
    assert unasked.network.config == own_temporal("pretrained").network.config
    network = TemporalLifter(len(COCO), TemporalConfig(window=9, width=4))
    save_temporal(TrainedTemporal(network, COCO), run, FILES.weights_hash(run))
    assert temporal_of(run).network.config.window == 9


@pytest.mark.parametrize("name", LAYOUTS)
def test_others_take_means_as_it_does(tmp_path, name):
    skeleton, source = layout(name), own_temporal("pretrained")
    temporal = temporal_of(run_of(tmp_path, skeleton))
    assert temporal.skeleton == skeleton
    torch.manual_seed(0)
    scores, present = torch.rand(5, 27, len(skeleton)), torch.rand(5, 27) < 0.8
    lifted = torch.randn(5, 27, len(skeleton), 3)
    there = (torch.randn(5, 27, len(skeleton), 2), scores, lifted, present)
    for joint in set(skeleton.joints) & set(COCO.joints):
        own, its = skeleton.index(joint), COCO.index(joint)
        every = torch.zeros(5, 27, len(COCO))
        every[..., its] = scores[..., own]
        shares = source.network.shares(every, present)[..., its, None]
        with torch.no_grad():
            pose = temporal.network(*there)[:, own]
        torch.testing.assert_close(pose, (shares * lifted[..., own, :]).sum(1).detach())


@torch.no_grad()
def test_joints_that_it_does_not_know_count_as_those_that_they_hang_on():
    skeleton = layout("body25")
    mean = mean_for(skeleton, own_temporal("pretrained")).network
    heel, ankle = skeleton.index("left_heel"), skeleton.index("left_ankle")
    assert skeleton.parents["left_heel"] == "left_ankle"
    torch.testing.assert_close(mean.share[:, heel], mean.share[:, ankle])
    torch.testing.assert_close(mean.share_of_score[heel], mean.share_of_score[ankle])


def test_the_pretrained_one_is_of_the_pretrained_lifter():
    assert own_temporal("pretrained") is not None
    with torch.no_grad():
        assert all(one.isfinite().all() for one in own_temporal("pretrained").network.parameters())
