import pytest
import torch

from canonpose.inference.body_scale import body_size
from canonpose.skeleton import Skeleton, layout
from synthetic_people import LAYOUTS, bodies, turning


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("height", [1.2, 1.75, 2.05])
def test_the_height_of_people_of_mean_proportions(name, height):
    skeleton = layout(name)
    people = torch.from_numpy(turning(bodies(30, skeleton, height=height)))
    size, units = body_size(people, skeleton)
    assert units == "body_height"
    torch.testing.assert_close(size, torch.full((30,), height).double(), rtol=0.02, atol=0)


def test_people_of_other_proportions_are_right_within_a_few_percent():
    skeleton = layout("coco17")
    people = torch.stack(
        [torch.from_numpy(bodies(1, skeleton, seed=seed, spread=0.03)) for seed in range(40)]
    )
    sizes = body_size(people, skeleton)[0] / 1.75
    assert (sizes - 1).abs().mean() < 0.02
    assert (sizes - 1).abs().max() < 0.06


def test_it_is_as_large_as_the_pose():
    skeleton = layout("coco17")
    people = torch.from_numpy(bodies(4, skeleton))
    torch.testing.assert_close(
        body_size(7.5 * people, skeleton)[0], 7.5 * body_size(people, skeleton)[0]
    )


def test_one_leg_is_enough():
    whole = layout("coco17")
    leg = Skeleton("leg", ("left_hip", "left_knee", "left_ankle"), "left_hip")
    people = torch.from_numpy(bodies(4, whole, height=1.6))[:, whole.indices(leg.joints)]
    size, units = body_size(people, leg)
    assert units == "body_height"
    torch.testing.assert_close(size, torch.full((4,), 1.6).double(), rtol=0.02, atol=0)


def test_other_creatures_are_measured_by_their_bones():
    fish = Skeleton("fish", ("head", "middle", "tail"), "middle",
                    {"head": "middle", "tail": "middle"})  # fmt: skip
    poses = torch.tensor([[[0.0, 3, 4], [0, 0, 0], [0, 0, 2]]])
    size, units = body_size(poses, fish)
    assert units == "bone_length"
    assert size.tolist() == [7.0]
