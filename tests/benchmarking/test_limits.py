import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from canonpose.benchmarking.limits import Products, copying
from canonpose.lifter import Lifter, LifterConfig

CPU = torch.device("cpu")
JOINTS, ROWS = 7, 20


@pytest.fixture
def network():
    return Lifter(JOINTS, LifterConfig(width=16))


def operations(function):
    with FlopCounterMode(display=False) as counter:
        function()
    return counter.get_total_flops()


def trained(network):
    poses, rotation = network(torch.randn(ROWS, JOINTS, 2), torch.rand(ROWS, JOINTS))
    (poses.sum() + rotation.sum()).backward()


def test_the_products_are_those_of_training_and_of_lifting(network):
    products = Products(network, ROWS, CPU)
    assert operations(products.training_step) == operations(lambda: trained(network))
    with torch.no_grad():
        lifting = operations(
            lambda: network(torch.randn(ROWS, JOINTS, 2), torch.rand(ROWS, JOINTS))
        )
    assert operations(products.forward) == lifting == products.operations


def test_copying_counts_what_is_read_and_written():
    gigabytes, timing = copying(CPU, repeats=2)
    assert gigabytes == pytest.approx(0.268, abs=1e-3)
    assert len(timing.seconds) == 2
