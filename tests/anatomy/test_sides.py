"""Sides against bodies that are known, and what they must not depend on."""

import numpy as np
import pytest
import roma
import torch

from canonpose.anatomy import signed_side, usable_rules
from canonpose.skeleton import layout
from synthetic_people import LAYOUTS, bodies

MIRROR = torch.tensor([1.0, 1.0, -1.0], dtype=torch.float64)


def people(name):
    skeleton = layout(name)
    return torch.from_numpy(bodies(300, skeleton, seed=3)), skeleton


@pytest.mark.parametrize("name", LAYOUTS)
def test_bodies_are_on_the_positive_side(name):
    poses, skeleton = people(name)
    for rule in usable_rules(skeleton):
        side = signed_side(poses, skeleton, rule)
        assert side.abs().max() <= 1
        assert side.clamp(max=0).sum().abs() < 0.1 * side.clamp(min=0).sum(), rule.kind


def test_a_mirror_negates_and_a_similarity_changes_nothing():
    poses, skeleton = people("body25")
    turn = roma.random_rotmat(300, dtype=torch.float64)
    moved = 7 * poses @ turn.mT + torch.randn(300, 1, 3, dtype=torch.float64)
    for rule in usable_rules(skeleton):
        side = signed_side(poses, skeleton, rule)
        torch.testing.assert_close(signed_side(moved, skeleton, rule), side)
        torch.testing.assert_close(signed_side(poses * MIRROR, skeleton, rule), -side)


def test_any_number_of_leading_axes():
    poses, skeleton = people("coco17")
    rule = usable_rules(skeleton)[0]
    stacked = signed_side(poses.unflatten(0, (3, 10, 10)), skeleton, rule)
    np.testing.assert_array_equal(stacked.flatten(), signed_side(poses, skeleton, rule))
