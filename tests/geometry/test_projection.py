import math

import roma
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.geometry.projection import (
    in_plane_rotation,
    rotate,
    weak_perspective,
    weak_perspective_by_all,
)


def test_every_joint_is_multiplied_from_the_left():
    rotation, poses = roma.random_rotmat((2, 3)), torch.randn(2, 3, 5, 3)
    turned = rotate(rotation, poses)
    for sample in range(2):
        for view in range(3):
            for joint in range(5):
                torch.testing.assert_close(
                    turned[sample, view, joint],
                    rotation[sample, view] @ poses[sample, view, joint],
                )


def test_batch_axes_broadcast():
    rotation, poses = roma.random_rotmat((4, 1, 3)), torch.randn(1, 2, 3, 5, 3)
    turned = rotate(rotation, poses)
    assert turned.shape == (4, 2, 3, 5, 3)
    torch.testing.assert_close(turned[3, 1, 2], rotate(rotation[3, 0, 2], poses[0, 1, 2]))


def test_the_image_has_no_depth():
    poses = torch.randn(4, 5, 3)
    image = weak_perspective(poses)
    assert torch.equal(image, poses[..., :2])
    assert torch.equal(weak_perspective(poses + torch.tensor([0.0, 0.0, 7.0])), image)


def test_a_quarter_turn_brings_right_to_down():
    turned = rotate(in_plane_rotation(torch.tensor(math.pi / 2)), torch.tensor([[1.0, 0.0, 5.0]]))
    torch.testing.assert_close(turned, torch.tensor([[0.0, 1.0, 5.0]]))


@settings(max_examples=25, deadline=None)
@given(st.floats(-10, 10), st.floats(-10, 10))
def test_in_plane_rotations_are_a_group_of_rotations(first, second):
    a, b = torch.tensor([first, second], dtype=torch.float64)
    both = in_plane_rotation(torch.stack([a, b]))
    torch.testing.assert_close(both @ both.mT, torch.eye(3).double().expand(2, 3, 3))
    torch.testing.assert_close(both.det(), torch.ones(2).double())
    torch.testing.assert_close(both[0] @ both[1], in_plane_rotation(a + b))
    assert torch.equal(both[:, 2], torch.tensor([[0.0, 0, 1]]).double().expand(2, 3))


def test_all_images_are_those_of_the_pairs():
    poses, rotation = torch.randn(6, 3, 5, 3), roma.random_rotmat((6, 4))
    images = weak_perspective_by_all(poses, rotation)
    assert images.shape == (6, 3, 4, 5, 2)
    for pose in range(3):
        for view in range(4):
            alone = weak_perspective(rotate(rotation[:, view], poses[:, pose]))
            torch.testing.assert_close(images[:, pose, view], alone)
