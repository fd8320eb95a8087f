"""Trainings that start from another lifter."""

import signal
from dataclasses import replace

import pytest
import torch

from canonpose.errors import InputError
from canonpose.lifter import LifterConfig, load_lifter, naming, save_lifter
from canonpose.skeleton import Skeleton, layout
from canonpose.training import PRESETS, preset, start, train
from canonpose.training.log import read_log
from canonpose.training.samples import samples_of
from canonpose.training.start import start_of
from synthetic_people import capture

pytestmark = pytest.mark.filterwarnings("ignore:the chirality vote is close")

TINY = preset(
    "fast",
    lifter=LifterConfig(width=16),
    epochs=8,
    min_steps=0,
    batch=16,
    learning_rate=1e-3,
    start_from="nothing",
)


@pytest.fixture(scope="module")
def footage():
    return capture(40)[0]


@pytest.fixture(scope="module")
def run(footage, tmp_path_factory):
    folder = tmp_path_factory.mktemp("known") / "run"
    train(footage, folder, TINY, device="cpu")
    return folder


def started(run, **changes):
    return replace(TINY, start_from=str(run), **changes)


def weights(run):
    return (run / "lifter.safetensors").read_bytes()


def test_it_goes_on_where_the_other_ended(footage, run, tmp_path):
    train(footage, tmp_path / "warm", started(run), device="cpu")
    begun, first, last = (
        sum(record[term] for term in ("reprojection", "view", "camera"))
        for record in (read_log(run)[0], read_log(tmp_path / "warm")[0], read_log(run)[-1])
    )
    assert first < 1.05 * last < begun


def test_camera_consistency_need_not_grow_there(footage, run, tmp_path):
    """From random weights it does, in the first of these eight epochs by less than its whole."""
    weight = TINY.loss.weight_camera
    for other, all_of_it in (("nothing", False), (str(run), True)):
        train(footage, tmp_path / "run", replace(TINY, start_from=other), overwrite=True)
        first = read_log(tmp_path / "run")[0]
        rest = first["total"] - first["reprojection"] - first["view"]
        assert (rest == pytest.approx(weight * first["camera"], rel=1e-4)) is all_of_it


def test_the_card_says_what_it_started_from(footage, run, tmp_path):
    other, _ = capture(20, skeleton=layout("body25"))
    lifter = train(other, tmp_path / "warm", started(run), device="cpu")
    facts = lifter.provenance["started_from"]
    assert facts["lifter"] == str(run)
    assert set(facts["new_joints"]) == set(layout("body25").joints) - set(footage.skeleton.joints)
    assert set(facts["shared_joints"]) == set(footage.skeleton.joints)
    assert facts["captures"] == ["synthetic"]
    assert load_lifter(run).provenance["started_from"] is None
    assert lifter.training["start_from"] == str(run)


def test_it_stays_in_the_world_that_it_started_in(footage, run):
    """A trained lifter is un-mirrored; so is, at its first step, what starts from it."""
    lifter = train(footage, None, started(run, epochs=1, learning_rate=1e-5), device="cpu")
    assert not lifter.provenance["chirality"]["mirrored_before_fix"]


def test_interrupted_and_resumed_is_the_same(footage, run, tmp_path):
    train(footage, tmp_path / "whole", started(run), device="cpu")

    def stop(told):
        if told.epoch == 3:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(footage, tmp_path / "parts", started(run), device="cpu", progress=stop)
    train(footage, tmp_path / "parts", started(run), device="cpu", resume=True)
    assert weights(tmp_path / "parts") == weights(tmp_path / "whole")
    assert weights(tmp_path / "parts") != weights(run)


def test_resuming_from_other_weights_is_refused(footage, run, tmp_path):
    def stop(told):
        signal.raise_signal(signal.SIGINT)

    known = tmp_path / "known"
    save_lifter(load_lifter(run), known)
    with pytest.raises(KeyboardInterrupt):
        train(footage, tmp_path / "run", started(known), device="cpu", progress=stop)
    other = load_lifter(run)
    with torch.no_grad():
        other.network.upscale.bias.add_(1)
    save_lifter(other, known)
    with pytest.raises(InputError, match="another started_from"):
        train(footage, tmp_path / "run", started(known), device="cpu", resume=True)


def test_another_width_is_refused(footage, run):
    config = started(run, lifter=LifterConfig(width=8))
    with pytest.raises(InputError, match=r"16 neurons wide, and this training 8.*width 16"):
        train(footage, None, config, device="cpu")


def test_a_folder_without_a_lifter_is_refused(footage, tmp_path):
    with pytest.raises(InputError, match="holds no trained lifter"):
        train(footage, None, started(tmp_path), device="cpu")


class TestAuto:
    """The pretrained lifter where it fits, unasked."""

    @pytest.fixture(autouse=True)
    def small_pretrained(self, run, monkeypatch):
        monkeypatch.setattr(naming, "pretrained_folder", lambda: run)
        monkeypatch.setattr(start, "pretrained_lifter", lambda: load_lifter(run))
        monkeypatch.setattr(start, "PRETRAINED_SHAPE", TINY.lifter)

    def found(self, skeleton, **changes):
        return start_of(replace(TINY, **{"start_from": "auto", **changes}), skeleton)

    def test_where_it_fits(self):
        for name in ("coco17", "body25b", "halpe26", "canonpose16"):
            assert self.found(layout(name)).name == "pretrained"

    def test_not_where_it_does_not(self):
        skis = Skeleton("skis", ("pelvis", "left_tip", "right_tip", "left_end"), "pelvis")
        assert self.found(skis) is None
        assert self.found(Skeleton("bust", ("nose", "neck"), "neck")) is None
        assert self.found(layout("coco17"), lifter=LifterConfig(width=8)) is None

    def test_nothing_is_nothing(self):
        assert self.found(layout("coco17"), start_from="nothing") is None

    def test_by_name(self):
        assert self.found(layout("coco17"), start_from="pretrained").name == "pretrained"
        with pytest.raises(InputError, match="pretrained: is 16 neurons wide"):
            self.found(layout("coco17"), start_from="pretrained", lifter=LifterConfig(width=8))


@pytest.mark.parametrize("name", ["released", "paper"])
def test_the_paper_s_presets_start_from_nothing(name):
    assert PRESETS[name].start_from == "nothing"


def test_the_norm_is_that_of_the_footage(footage, run):
    samples = samples_of(footage)
    config = started(run)
    first = start_of(config, footage.skeleton)
    network = load_lifter(run).network
    with torch.no_grad():
        network.upscale.weight.add_(1)
    first.into_(network, footage.skeleton, samples, seed=0)
    known = load_lifter(run).network
    torch.testing.assert_close(network.upscale.weight, known.upscale.weight, rtol=1e-5, atol=1e-7)
