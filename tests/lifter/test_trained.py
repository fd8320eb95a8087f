import errno
import json
import pickle
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from safetensors.torch import save as save_tensors

from canonpose.errors import InputError
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, load_lifter, save_lifter
from canonpose.lifter.trained import CARD, WEIGHTS
from canonpose.skeleton import Skeleton, layout

SKELETON = layout("coco17")


def trained(seed=0, config=LifterConfig(width=8, input_activation=True)):  # noqa: B008
    torch.manual_seed(seed)
    network = Lifter(len(SKELETON), config)
    return TrainedLifter(network, SKELETON, {"seed": seed}, {"takes": ["one"], "seconds": 1.5})


@pytest.fixture
def run(tmp_path):
    save_lifter(trained(), tmp_path / "run")
    return tmp_path / "run"


def edit_card(run, **changes):
    card = json.loads((run / CARD).read_text())
    (run / CARD).write_text(json.dumps(card | changes))


def test_round_trip(run):
    saved, loaded = trained(), load_lifter(run)
    assert loaded.skeleton == saved.skeleton
    assert loaded.network.config == saved.network.config
    assert (loaded.training, loaded.provenance) == (saved.training, saved.provenance)
    assert not loaded.network.training
    state = loaded.network.state_dict()
    for name, value in saved.network.state_dict().items():
        assert torch.equal(state[name], value)


def test_round_trip_of_an_own_skeleton(tmp_path):
    skeleton = Skeleton("mine", ("hip", "a", "b", "mid"), "hip", {"a": "hip"}, {"mid": ("a", "b")})
    lifter = TrainedLifter(Lifter(4, LifterConfig(width=4)), skeleton)
    save_lifter(lifter, tmp_path)
    assert load_lifter(tmp_path).skeleton == skeleton


def test_files_are_what_they_are_called(run):
    assert sorted(path.name for path in run.iterdir()) == [CARD, WEIGHTS]
    card = json.loads((run / CARD).read_text())
    content = (run / WEIGHTS).read_bytes()
    assert card["weights"] == {"file": WEIGHTS, "sha256": sha256(content).hexdigest()}
    assert not content.startswith((b"\x80", b"PK"))


def test_no_pickle_is_ever_opened(run, monkeypatch):
    class Trap:
        def __reduce__(self):
            return Path.touch, (run / "trapped",)

    for disguise in (pickle.dumps(Trap()), pickle.dumps({"state": Trap()}, protocol=0)):
        (run / WEIGHTS).write_bytes(disguise)
        edit_card(run, weights={"file": WEIGHTS, "sha256": sha256(disguise).hexdigest()})
        with pytest.raises(InputError, match=WEIGHTS):
            load_lifter(run)
    torch.save(trained().network.state_dict(), run / WEIGHTS)
    digest = sha256((run / WEIGHTS).read_bytes()).hexdigest()
    edit_card(run, weights={"file": WEIGHTS, "sha256": digest})
    with pytest.raises(InputError, match="not a safetensors file"):
        load_lifter(run)
    assert not (run / "trapped").exists()


def _truncate(path, keep):
    path.write_bytes(path.read_bytes()[:keep])


def _other_weights(run):
    save_lifter(trained(seed=5), run / "other")
    (run / WEIGHTS).write_bytes((run / "other" / WEIGHTS).read_bytes())


def _flip_a_bit(run):
    content = bytearray((run / WEIGHTS).read_bytes())
    content[-7] ^= 1
    (run / WEIGHTS).write_bytes(bytes(content))


def _other_network(run):
    content = save_tensors({"upscale.weight": torch.zeros(3, 3)})
    (run / WEIGHTS).write_bytes(content)
    edit_card(run, weights={"file": WEIGHTS, "sha256": sha256(content).hexdigest()})


def _wider_card(run):
    edit_card(run, lifter={"width": 9})


@pytest.mark.parametrize(
    ("damage", "file", "says"),
    [
        (lambda run: (run / CARD).unlink(), "", "canonpose train"),
        (lambda run: (run / WEIGHTS).unlink(), WEIGHTS, "train again or restore"),
        (lambda run: _truncate(run / CARD, 40), CARD, "train again or restore"),
        (lambda run: (run / CARD).write_bytes(b"\xff\xfe\x00"), CARD, "train again or restore"),
        (lambda run: _truncate(run / CARD, 0), CARD, "train again or restore"),
        (lambda run: (run / CARD).write_text("[1, 2]"), CARD, "not a canonpose lifter"),
        (lambda run: (run / CARD).write_text('{"epoch": 3}'), CARD, "not a canonpose lifter"),
        (lambda run: edit_card(run, format_version=99), CARD, "update canonpose"),
        (lambda run: edit_card(run, skeleton={"name": "x"}), CARD, "damaged"),
        (lambda run: edit_card(run, skeleton=None), CARD, "damaged"),
        (lambda run: edit_card(run, lifter=None), CARD, "damaged"),
        (lambda run: edit_card(run, lifter={"depth": 3}), CARD, "depth"),
        (lambda run: edit_card(run, lifter={"width": -1}), CARD, "damaged"),
        (lambda run: edit_card(run, lifter={"width": "wide"}), CARD, "damaged"),
        (lambda run: edit_card(run, weights={}), CARD, "damaged"),
        (lambda run: _truncate(run / WEIGHTS, 1000), WEIGHTS, "damaged"),
        (_flip_a_bit, WEIGHTS, "damaged"),
        (_other_weights, WEIGHTS, "belongs to another"),
        (_other_network, WEIGHTS, "another network"),
        (_wider_card, WEIGHTS, "another network"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(run, damage, file, says):
    damage(run)
    with pytest.raises(InputError) as caught:
        load_lifter(run)
    message = str(caught.value)
    assert message.startswith(f"{run / file if file else run}: ")
    assert says in message
    if "ype-check" not in message:  # the tests' own hook speaks in many lines
        assert "\n" not in message


@pytest.mark.parametrize("place", ["missing", "a/file"])
def test_a_place_that_is_no_run(tmp_path, place):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").write_text("text")
    with pytest.raises(InputError, match="holds no trained lifter"):
        load_lifter(tmp_path / place)


def test_a_full_disk_leaves_the_old_files(run, monkeypatch):
    before = {path.name: path.read_bytes() for path in run.iterdir()}

    def full(self, data):
        with self.open("wb") as file:
            file.write(data[:10])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match=r"lifter\.safetensors: cannot be written \(No space"):
        save_lifter(trained(seed=1), run)
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
