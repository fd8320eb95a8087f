import pytest
import torch

from canonpose.lifter import Lifter, LifterConfig
from canonpose.lifter.widening import widened

JOINTS = 5


def narrow(**config):
    torch.manual_seed(0)
    return Lifter(JOINTS, LifterConfig(width=6, **config))


def inputs(count=9):
    generator = torch.Generator().manual_seed(1)
    positions = torch.randn(count, JOINTS, 2, generator=generator)
    return positions, torch.rand(count, JOINTS, generator=generator)


def wide(network, width, seed=2):
    return widened(network, width, torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("width", [6, 7, 12, 20])
@pytest.mark.parametrize("config", [{}, {"input_activation": True, "block_activation": False}])
def test_it_computes_the_same(width, config):
    network = narrow(**config)
    other = wide(network, width)
    assert other.config.width == width
    assert other.config.block_activation == network.config.block_activation
    with torch.no_grad():
        for ours, theirs in zip(other(*inputs()), network(*inputs()), strict=True):
            torch.testing.assert_close(ours, theirs)


def test_copies_learn_differently():
    other = wide(narrow(), 12)
    poses, rotation = other(*inputs())
    generator = torch.Generator().manual_seed(4)
    wanted = [torch.randn(part.shape, generator=generator) for part in (poses, rotation)]
    ((poses * wanted[0]).sum() + (rotation * wanted[1]).sum()).backward()
    for layer in (other.upscale, other.pose_path[0].first, other.rotation_path[1].second):
        gradient = layer.weight.grad
        similar = torch.nn.functional.cosine_similarity(gradient[:6], gradient[6:])
        assert similar.median() < 0.999


def test_the_generator_decides():
    network = narrow()
    first, same, other = wide(network, 12), wide(network, 12), wide(network, 12, seed=3)
    assert torch.equal(first.pose_head.weight, same.pose_head.weight)
    assert not torch.equal(first.pose_head.weight, other.pose_head.weight)
