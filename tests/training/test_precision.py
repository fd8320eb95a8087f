import warnings

import pytest
import torch

from canonpose.errors import InputWarning
from canonpose.lifter import LifterConfig
from canonpose.training import precision, preset, train
from canonpose.training.samples import samples_of
from canonpose.training.trainer import Trainer
from synthetic_people import Ring, capture

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def samples():
    return samples_of(capture(40, ring=Ring())[0])


def losses(samples, kind, steps=20):
    config = preset("fast", lifter=LifterConfig(width=32), batch=32, precision=kind)
    trainer = Trainer(samples, capture(1)[0].skeleton, config, True, CPU)
    made = [trainer.advance() for _ in range(steps)]
    for parameter in trainer.network.parameters():
        assert parameter.dtype == torch.float32
    return torch.tensor([loss.total for loss in made])


def test_tf32_is_float32_on_a_cpu(samples):
    assert torch.equal(losses(samples, "tf32", 3), losses(samples, "float32", 3))


@pytest.mark.filterwarnings("ignore:precision bfloat16")
def test_bfloat16_learns_alike(samples):
    exact, rough = losses(samples, "float32"), losses(samples, "bfloat16")
    assert not torch.equal(exact, rough)
    torch.testing.assert_close(rough, exact, rtol=0.03, atol=0)


@pytest.mark.parametrize("has_it", [True, False])
def test_auto_is_bfloat16_on_a_processor_that_has_it(monkeypatch, has_it):
    monkeypatch.setattr(precision, "_has_bfloat16", lambda unless_told: has_it)
    assert precision.resolved("auto", CPU) == ("bfloat16" if has_it else "float32")
    assert precision.resolved("auto", torch.device("cuda")) == "float32"
    assert precision.resolved("tf32", CPU) == "tf32"


def test_older_versions_of_torch_do_not_tell(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert precision.resolved("auto", CPU) == "float32"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        precision.warn_if_slow("bfloat16", CPU)


def test_the_card_says_what_auto_came_to(samples, monkeypatch):
    monkeypatch.setattr(precision, "_has_bfloat16", lambda unless_told: False)
    config = preset("fast", lifter=LifterConfig(width=16), epochs=1, min_steps=0)
    lifter = train(capture(40, ring=Ring())[0], config=config, device="cpu")
    assert lifter.training["precision"] == "auto"
    assert lifter.provenance["precision"] == "float32"


@pytest.mark.parametrize("has_it", [True, False])
def test_a_processor_without_bfloat16_brings_a_warning(monkeypatch, has_it):
    monkeypatch.setattr(precision, "_has_bfloat16", lambda unless_told: has_it)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        precision.warn_if_slow("bfloat16", CPU)
        precision.warn_if_slow("float32", CPU)
    assert [one.category for one in caught] == ([] if has_it else [InputWarning])
