import numpy as np
import pytest
import torch

from canonpose.errors import InputError
from canonpose.morphing import MorphingNetwork, MorphingNetworkConfig
from canonpose.morphing.network import completion_matrix, conversion_matrix
from canonpose.skeleton import convert, layout, layout_names

SMALL = MorphingNetworkConfig(width=8)


def random_poses(skeleton, seed=0):
    random = np.random.default_rng(seed)
    positions = random.standard_normal((20, len(skeleton.detected), 2))
    scores = random.uniform(0.1, 1, positions.shape[:2])
    scores[random.random(scores.shape) < 0.1] = 0
    positions[scores == 0] = np.nan
    positions = torch.from_numpy(positions).float()
    matrix = completion_matrix(skeleton)
    positions = torch.stack([_combine(matrix, pose) for pose in positions])
    scores = torch.where(matrix > 0, torch.from_numpy(scores).float()[:, None], 1).amin(-1)
    return positions.nan_to_num(), scores


def _combine(matrix, pose):
    return torch.stack([pose[row > 0].mean(0) for row in matrix])


def untrained(source, target, config=SMALL):
    return MorphingNetwork(layout(source), layout(target), config)


def trained(source, target, config=SMALL, seed=0):
    network = untrained(source, target, config)
    torch.manual_seed(seed)
    torch.nn.init.normal_(network.head.weight, std=0.1)
    torch.nn.init.normal_(network.head.bias, std=0.1)
    return network


@pytest.mark.parametrize("source", ["coco17", "body25b", "halpe26", "canonpose16"])
@pytest.mark.parametrize("target", ["coco17", "canonpose16", "body25"])
def test_untrained_is_conversion_by_name(source, target):
    network = untrained(source, target)
    positions, scores = random_poses(network.source)
    ours, given = network.converted(positions, scores)
    wanted, wanted_scores = convert(
        np.where(scores.numpy()[..., None] > 0, positions.numpy(), np.nan),
        scores.numpy(),
        network.source,
        network.target,
    )
    # Derived joints of the target follow from its detected ones, even where the source has one.
    direct = slice(len(network.target.detected))
    assert torch.allclose(given[:, direct], torch.from_numpy(wanted_scores[:, direct]))
    assert np.allclose(ours[:, direct], np.nan_to_num(wanted[:, direct]), atol=1e-6)
    assert not network.offsets(positions, scores).any()


@pytest.mark.parametrize("source", ["coco17", "body25b"])
@pytest.mark.parametrize("target", ["coco17", "canonpose16"])
def test_output_is_centred_and_of_unit_norm(source, target):
    network = trained(source, target)
    positions, scores = random_poses(network.source)
    positions[3], scores[3] = 0, 0
    out = network(positions, scores)
    seen = out.scores.sum(-1) > 0
    assert 5 < seen.sum() < 20
    assert torch.equal(
        out.positions[:, network.target.root_index], torch.zeros_like(out.positions[:, 0])
    )
    norms = torch.linalg.vector_norm(out.positions, dim=(-2, -1))
    assert torch.allclose(norms[seen], torch.ones(int(seen.sum())))
    assert not out.positions[~seen].any()
    assert not out.positions[out.scores == 0].any()


def test_derived_joints_are_the_means_of_morphed_ones():
    network = trained("body25b", "coco17")
    positions, scores = random_poses(network.source)
    out, at = network(positions, scores), network.target.index
    hips = out.positions[:, [at("left_hip"), at("right_hip")]].mean(1)
    assert torch.allclose(hips, out.positions[:, at("pelvis")], atol=1e-6)


def test_confidences():
    network = untrained("coco17", "canonpose16")
    scores = torch.linspace(0.1, 0.9, len(network.source)).repeat(2, 1)
    scores[1, network.source.index("nose")] = 0
    out, at = network.morphed_scores(scores), network.target.index
    wrist = network.source.index("left_wrist")
    assert torch.equal(out[:, at("left_wrist")], scores[:, wrist])
    assert out[1, at("nose")] == 0
    # COCO has no top of the head: as sure as the pose on the whole.
    assert torch.allclose(out[:, at("head_top")], scores.mean(-1))


@pytest.mark.parametrize("confidences", [True, False])
def test_confidences_are_an_input_if_wanted(confidences):
    network = trained("coco17", "coco17", MorphingNetworkConfig(width=8, confidences=confidences))
    positions, scores = random_poses(network.source)
    same = torch.equal(network.offsets(positions, scores), network.offsets(positions, scores * 0.5))
    assert same != confidences


@pytest.mark.parametrize("name", layout_names())
def test_conversion_to_itself_is_the_identity(name):
    skeleton = layout(name)
    count = len(skeleton.detected)
    assert torch.equal(conversion_matrix(skeleton, skeleton)[:, :count], torch.eye(count))


def test_released_shape():
    network = untrained(
        "canonpose16",
        "canonpose16",
        MorphingNetworkConfig(width=1024, blocks=2, input_activation=False, confidences=False),
    )
    shapes = {tuple(p.shape) for n, p in network.named_parameters() if n.endswith("weight")}
    assert shapes == {(1024, 32), (1024, 1024), (32, 1024)}


@pytest.mark.parametrize("settings", [{"width": 0}, {"blocks": -1}])
def test_bad_shape(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        MorphingNetworkConfig(**settings)
