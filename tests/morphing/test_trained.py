import json
from hashlib import sha256

import pytest
import torch
from safetensors.torch import save as save_tensors

from canonpose.errors import InputError
from canonpose.morphing import (
    MorphingNetwork,
    MorphingNetworkConfig,
    TrainedMorphing,
    load_morphing,
    save_morphing,
)
from canonpose.morphing.trained import CARD, FILES
from canonpose.skeleton import Skeleton, layout

WEIGHTS = FILES.weights


def trained(seed=0, target=None, **shape):
    network = MorphingNetwork(
        layout("coco17"),
        target or layout("canonpose16"),
        MorphingNetworkConfig(**({"width": 8} | shape)),
    )
    torch.manual_seed(seed)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)
    return TrainedMorphing(network, {"seed": seed}, {"poses": 3})


@pytest.fixture
def folder(tmp_path):
    save_morphing(trained(), tmp_path / "morph")
    return tmp_path / "morph"


def edit_card(folder, **changes):
    card = json.loads((folder / CARD).read_text())
    (folder / CARD).write_text(json.dumps(card | changes))


@pytest.mark.parametrize("shape", [{}, {"blocks": 2, "input_activation": False, "width": 4}])
def test_round_trip(tmp_path, shape):
    target = Skeleton("mine", ("nose", "left_hip", "b", "mid"), "left_hip", {}, {"mid": ("b",)})
    saved = trained(target=target, **shape)
    save_morphing(saved, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [CARD, WEIGHTS]
    loaded = load_morphing(tmp_path)
    assert (loaded.source, loaded.target) == (saved.source, saved.target)
    assert loaded.network.config == saved.network.config
    assert (loaded.training, loaded.provenance) == (saved.training, saved.provenance)
    assert not loaded.network.training
    positions, scores = torch.rand(5, len(saved.source), 2), torch.rand(5, len(saved.source))
    for ours, theirs in zip(
        saved.network(positions, scores), loaded.network(positions, scores), strict=True
    ):
        assert torch.equal(ours, theirs)


def _flip_a_bit(folder):
    content = bytearray((folder / WEIGHTS).read_bytes())
    content[-7] ^= 1
    (folder / WEIGHTS).write_bytes(bytes(content))


def _with_hash(folder, content):
    (folder / WEIGHTS).write_bytes(content)
    edit_card(folder, weights={"file": WEIGHTS, "sha256": sha256(content).hexdigest()})


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: (f / CARD).unlink(), "canonpose morph train"),
        (lambda f: (f / WEIGHTS).unlink(), "train again or restore"),
        (lambda f: (f / CARD).write_bytes((f / CARD).read_bytes()[:40]), "train again or restore"),
        (lambda f: (f / CARD).write_bytes(b"\xff\xfe\x00"), "train again or restore"),
        (lambda f: (f / CARD).write_text("[1]"), "not a canonpose morphing"),
        (lambda f: edit_card(f, format="canonpose-lifter"), "not a canonpose morphing"),
        (lambda f: edit_card(f, format_version=9), "update canonpose"),
        (lambda f: edit_card(f, source=None), "damaged"),
        (lambda f: edit_card(f, target={"name": "x"}), "damaged"),
        (lambda f: edit_card(f, network={"depth": 3}), "depth"),
        (lambda f: edit_card(f, network={"width": "many"}), "damaged"),
        (lambda f: edit_card(f, network=None), "damaged"),
        (lambda f: edit_card(f, weights={}), "damaged"),
        (lambda f: edit_card(f, network={"width": 9}), "another network"),
        (_flip_a_bit, "hash differs"),
        (lambda f: _with_hash(f, b"\x80\x04K\x01."), "not a safetensors file"),
        (lambda f: _with_hash(f, save_tensors({"a": torch.zeros(3)})), "another network"),
    ],
)
def test_damage_is_one_sentence(folder, damage, says):
    damage(folder)
    with pytest.raises(InputError, match=says) as caught:
        load_morphing(folder)
    assert str(folder) in str(caught.value)


def test_a_file_in_place_of_the_folder(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        save_morphing(trained(), tmp_path / "file")
    with pytest.raises(InputError, match="holds no trained morphing"):
        load_morphing(tmp_path / "file")
