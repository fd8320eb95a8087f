import warnings

import numpy as np
import pytest
import torch

from canonpose.chirality import resolve_chirality
from canonpose.errors import InputWarning
from canonpose.lifter import Lifter, LifterConfig
from canonpose.skeleton import Skeleton, layout
from synthetic_people import bodies, turning

SKELETON = layout("coco17")
JOINTS = len(SKELETON)


def fixed_network(pose, joints=JOINTS):
    """A network that gives one and the same pose, whatever it sees."""
    network = Lifter(joints, LifterConfig(width=4))
    with torch.no_grad():
        network.pose_head.weight.zero_()
        network.pose_head.bias.copy_(torch.as_tensor(pose, dtype=torch.float32).flatten())
    return network


def some_input(count=6, joints=JOINTS):
    return torch.randn(count, joints, 2), torch.ones(count, joints)


def test_a_mirrored_network_is_mended():
    person = turning(bodies(20, SKELETON, seed=1))[10]
    network = fixed_network(person * np.array([1, 1, -1]))
    positions, scores = some_input()
    ballot = resolve_chirality(network, positions, scores, SKELETON)
    assert ballot.mirrored
    assert ballot.margin < -0.9
    assert ballot.frames == 6
    poses, _ = network(positions, scores)
    torch.testing.assert_close(poses[3], torch.from_numpy(person).float())
    again = resolve_chirality(network, positions, scores, SKELETON)
    assert not again.mirrored
    assert again.margin == pytest.approx(-ballot.margin)


def test_a_real_one_stays_untouched():
    network = fixed_network(turning(bodies(20, SKELETON, seed=1))[10])
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not resolve_chirality(network, *some_input(), SKELETON).mirrored
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_a_skeleton_that_cannot_vote_warns_and_says_what_to_add():
    skeleton = Skeleton("stick", ("top", "middle", "bottom"), "middle")
    network = fixed_network(torch.randn(3, 3), joints=3)
    before = {name: value.clone() for name, value in network.state_dict().items()}
    with pytest.warns(InputWarning, match="'stick': no joints .* add a nose .*toes .*knees"):
        ballot = resolve_chirality(network, *some_input(joints=3), skeleton)
    assert not ballot.usable
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


PERSON = torch.from_numpy(bodies(20, SKELETON, seed=1)[10]).float()


class TwoWorlds(Lifter):
    """Gives one body, mirrored where the input's first coordinate is negative."""

    def forward(self, positions, scores):
        sign = positions[:, :1, :1].sign()
        return PERSON * torch.cat([torch.ones_like(sign).repeat(1, 1, 2), sign], -1), torch.eye(3)


def two_worlds(real, mirrored):
    positions = torch.ones(real + mirrored, JOINTS, 2)
    positions[real:] = -1
    scores = torch.ones(real + mirrored, JOINTS)
    return TwoWorlds(JOINTS, LifterConfig(width=4)), positions, scores


def test_a_close_vote_warns():
    with pytest.warns(InputWarning, match="vote is close .*train longer"):
        ballot = resolve_chirality(*two_worlds(11, 9), SKELETON)
    assert 0 < ballot.margin < 0.2


@pytest.mark.parametrize("static", [False, True])
def test_who_has_said_that_the_cameras_stood_still_is_not_asked_to(static):
    with pytest.warns(InputWarning, match="train longer") as said:
        resolve_chirality(*two_worlds(11, 9), SKELETON, static_cameras=static)
    assert ("if the cameras stood still" in str(said[0].message)) != static


def test_a_quarter_of_the_poses_in_the_other_world_is_said_though_the_vote_is_clear():
    with pytest.warns(InputWarning, match="some poses in the real world and some in the mirrored"):
        assert resolve_chirality(*two_worlds(15, 5), SKELETON).margin > 0.4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert resolve_chirality(*two_worlds(99, 1), SKELETON).margin > 0.9


def test_views_without_detection_do_not_vote():
    network, positions, scores = two_worlds(2, 98)
    assert resolve_chirality(network, positions, scores, SKELETON).mirrored
    scores[2:] = 0
    assert resolve_chirality(network, positions, scores, SKELETON).margin > 0.9
