import pytest
import torch

from canonpose.baselines import MartinezConfig, MartinezLifter
from canonpose.errors import InputError

JOINTS = 5


def views(count=6, seed=0):
    generator = torch.Generator().manual_seed(seed)
    positions = torch.randn(count, JOINTS, 2, generator=generator)
    return positions, torch.rand(count, JOINTS, generator=generator) + 0.1


def network(**changes):
    torch.manual_seed(0)
    return MartinezLifter(JOINTS, MartinezConfig(width=16, **changes)).eval()


@pytest.mark.parametrize("blocks", [0, 1, 3])
@pytest.mark.parametrize("confidences", [False, True])
def test_a_pose_a_view(blocks, confidences):
    lifted = network(blocks=blocks, confidences=confidences)(*views())
    assert lifted.shape == (6, JOINTS, 3)


def test_the_original_has_two_blocks_of_two_layers_of_1024():
    linear = [
        m for m in MartinezLifter(16, MartinezConfig()).modules() if hasattr(m, "in_features")
    ]
    assert [(m.in_features, m.out_features) for m in linear] == [
        (32, 1024),
        *[(1024, 1024)] * 4,
        (1024, 48),
    ]


def test_confidences_count_only_where_they_are_inputs():
    positions, scores = views()
    for confidences in (False, True):
        lifter = network(confidences=confidences)
        same = torch.equal(lifter(positions, scores), lifter(positions, scores / 2))
        assert same is not confidences


def test_the_position_of_an_unseen_joint_does_not_matter():
    positions, scores = views()
    scores[:, 2] = 0
    lifter = network(confidences=True)
    lifter.input_mean += 0.3
    lifted = lifter(positions, scores)
    positions[:, 2] = 7.0
    assert torch.equal(lifter(positions, scores), lifted)


def test_an_unseen_joint_is_as_if_it_were_at_its_mean():
    positions, scores = views()
    lifter = network()
    lifter.input_mean += 0.3
    at_mean = positions.clone()
    at_mean[:, 2] = lifter.input_mean[2]
    hidden = scores.clone()
    hidden[:, 2] = 0
    torch.testing.assert_close(lifter(positions, hidden), lifter(at_mean, scores))


def test_outputs_are_in_the_labels_unit():
    lifter = network()
    positions, scores = views()
    plain = lifter(positions, scores)
    lifter.output_mean += 2.0
    lifter.output_deviation *= 3.0
    moved = lifter(positions, scores)
    torch.testing.assert_close(moved, 3 * plain + 2)
    torch.testing.assert_close(lifter.standardised(moved), plain)


def test_weights_above_the_limit_are_shrunk_and_others_kept():
    lifter = network(max_norm=1.0)
    with torch.no_grad():
        lifter.head.weight *= 1e-3
    before = lifter.head.weight.clone()
    lifter.limit_weights_()
    norms = [torch.linalg.vector_norm(m.weight) for m in lifter._linear_layers()]
    assert all(norm <= 1 + 1e-6 for norm in norms)
    assert torch.isclose(norms[0], torch.tensor(1.0))
    assert torch.equal(lifter.head.weight, before)


def test_without_a_limit_weights_stay():
    lifter = network()
    before = lifter.head.weight.clone()
    lifter.limit_weights_()
    assert torch.equal(lifter.head.weight, before)


@pytest.mark.parametrize(
    "wrong",
    [
        {"width": 0},
        {"batch": 1},
        {"epochs": 0},
        {"dropout": 1.0},
        {"decay": 0.0},
        {"max_norm": 0.0},
        {"learning_rate": -1.0},
    ],
)
def test_settings_that_mean_nothing(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        MartinezConfig(**wrong)


def test_a_coordinate_that_never_varied_is_its_mean():
    lifter = network()
    lifter.output_mean[2] = 0.5
    lifter.output_deviation[2] = 0.0
    lifted = lifter(*views())
    assert torch.equal(lifted[:, 2], torch.full((6, 3), 0.5))
    assert not lifter.standardised(lifted)[:, 2].any()
