"""Footage packed to disk, and trained on from there."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.errors import InputError
from canonpose.lifter import LifterConfig
from canonpose.readers import read_capture
from canonpose.skeleton import layout
from canonpose.training import preset, train
from canonpose.training.data import training_data
from canonpose.training.samples import Samples, samples_of
from canonpose.training.store import CARD, open_store, pack, writing
from canonpose.training.store.mapped import MappedSamples
from synthetic_people import capture, write_capture

pytestmark = [
    pytest.mark.filterwarnings("ignore:the chirality vote is close"),
    pytest.mark.filterwarnings("ignore:two cameras"),
]

TINY = preset("fast", lifter=LifterConfig(width=16), epochs=2, min_steps=0, batch=16)
CPU = torch.device("cpu")
ON_DISK = 0.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two people before three cameras, 20 moments each."""
    return write_capture(capture(20, people=2)[0], tmp_path_factory.mktemp("made") / "footage")


@pytest.fixture(scope="module")
def packed(folder, tmp_path_factory):
    """Several files, none of which but the first begins with a take."""
    store = tmp_path_factory.mktemp("packed") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writing, "FILE_BYTES", 7 * 3 * 19 * 3 * 4)
        pack(folder, store, static_cameras=True)
    return store


@pytest.fixture
def store(packed, tmp_path):
    """A copy that may be harmed."""
    return shutil.copytree(packed, tmp_path / "store")


def mapped(store, **said):
    samples = training_data(open_store(store, **said), CPU, ON_DISK).samples
    assert isinstance(samples, MappedSamples)
    return samples


def assert_same(one, other):
    for name in ("positions", "scores", "rigs", "stretches"):
        assert torch.equal(getattr(one, name), getattr(other, name)), name


def test_a_store_gives_the_samples_of_the_capture_in_any_order(folder, store):
    whole = samples_of(read_capture(folder))
    kept = mapped(store)
    assert len(list(store.glob("samples-*.npy"))) > 3
    assert (len(kept), kept.rig_count) == (len(whole), 2) == (40, 2)
    order = kept.order(torch.Generator().manual_seed(1))
    assert torch.equal(order, whole.order(torch.Generator().manual_seed(1)))
    for chosen in order.split(9):
        assert_same(kept.gather(chosen), whole.gather(chosen))


def test_stretches_of_several_stores_are_those_of_their_takes(tmp_path):
    """Some moments are seen by one camera only."""
    made = capture(70, people=2)[0]
    for view in [made.takes[0].views[name] for name in ("c0", "c1")]:
        view.positions[10:14] = np.nan
        view.scores[10:14] = 0
    folders = [
        write_capture(replace(made, takes=(take,)), tmp_path / take.name) for take in made.takes
    ]
    stores = [tmp_path / f"store-{number}" for number in range(2)]
    for folder, store in zip(folders, stores, strict=True):
        pack(folder, store)
    whole, kept = samples_of(read_capture(folders)), mapped(stores)
    assert whole.stretches.bincount().tolist() == [30, 30, 6, 30, 30, 10]
    assert kept.stretch_count == whole.stretch_count == 6
    order = torch.randperm(len(whole), generator=torch.Generator().manual_seed(1))
    assert torch.equal(kept.stretches_of(order), whole.stretches_of(order))
    for chosen in order.split(9):
        assert_same(kept.gather(chosen), whole.gather(chosen))


def test_a_batch_that_was_expected_and_one_that_was_not(store):
    kept = mapped(store)
    first, second = torch.tensor([3, 30, 7]), torch.tensor([39, 0])
    wanted = kept.gather(second)
    kept.expect(second)
    assert_same(kept.gather(first), mapped(store).gather(first))
    kept.expect(second)
    assert_same(kept.gather(second), wanted)


def test_what_fits_into_the_memory_is_brought_there(folder, store):
    samples = training_data(open_store(store), CPU, memory=1.0).samples
    assert isinstance(samples, Samples)
    assert_same(samples, samples_of(read_capture(folder)))


@pytest.mark.parametrize("memory", [ON_DISK, 1.0])
def test_training_from_a_store_is_training_from_the_capture(folder, store, tmp_path, memory):
    train(read_capture(folder, static_cameras=True), tmp_path / "whole", TINY, device="cpu")
    lifter = train(open_store(store), tmp_path / "run", TINY, device="cpu", memory=memory)
    runs = [(tmp_path / run / "lifter.safetensors").read_bytes() for run in ("whole", "run")]
    assert runs[0] == runs[1]
    assert lifter.provenance["static_cameras"] is True
    assert lifter.provenance["takes"] == ["t0", "t1"]


def test_a_store_that_changed_is_not_resumed(folder, store, tmp_path):
    def stop(_):
        raise KeyboardInterrupt

    config, run = replace(TINY, epochs=3), tmp_path / "run"
    from canonpose.training import session

    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(session, "CHECKPOINT_SECONDS", -1.0)
        train(open_store(store), run, config, device="cpu", progress=stop)
    pack(folder, tmp_path / "other", cameras=["c0", "c2"], static_cameras=True)
    with pytest.raises(InputError, match="made with another cameras"):
        train(open_store(tmp_path / "other"), run, config, device="cpu", resume=True)
    train(open_store(store), run, config, device="cpu", resume=True, memory=ON_DISK)


def test_two_stores_are_one_set_of_takes(folder, tmp_path):
    pack(folder, tmp_path / "a", cameras=["c2", "c0"])
    pack(folder, tmp_path / "b", cameras=["c1", "c2"])
    both = open_store([tmp_path / "a", tmp_path / "b"])
    assert both.cameras == ("c0", "c1", "c2")
    assert both.takes == ("a/t0", "a/t1", "b/t0", "b/t1")
    kept, whole = mapped([tmp_path / "a", tmp_path / "b"]), samples_of(read_capture(folder))
    assert (len(kept), kept.rig_count) == (80, 4)
    batch, alone = kept.gather(torch.tensor([5, 45])), whole.gather(torch.tensor([5, 5]))
    assert torch.equal(
        batch.scores > 0, alone.scores * torch.tensor([[1, 0, 1], [0, 1, 1]])[..., None] > 0
    )
    assert torch.equal(batch.positions[0, [0, 2]], alone.positions[0, [0, 2]])
    assert torch.equal(batch.positions[1, [1, 2]], alone.positions[1, [1, 2]])


def test_packing_stops_without_a_trace(folder, tmp_path):
    def stop(done, total):
        assert (done, total) == (1, 2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack(folder, tmp_path / "store", progress=stop)
    assert not list(tmp_path.iterdir())


def test_no_moment_in_common_is_said(folder, tmp_path):
    apart = capture(12)[0]
    hip = apart.skeleton.index("left_hip")
    for camera in ("c0", "c1"):
        view = apart.takes[0].views[camera]
        view.positions[:, hip] = np.nan
        view.scores[:, hip] = 0
    with pytest.raises(InputError, match="two cameras see the root joint 'pelvis'"):
        pack(write_capture(apart, tmp_path / "footage"), tmp_path / "store")
    assert not (tmp_path / "store").exists()


class TestRefusals:
    def change(self, store, **entries):
        table = json.loads((store / CARD).read_text()) | entries
        (store / CARD).write_text(json.dumps(table))

    def test_what_is_no_store(self, tmp_path, folder):
        with pytest.raises(InputError, match=r"store\.json: cannot be read"):
            open_store(tmp_path)
        (tmp_path / CARD).write_text("{}")
        with pytest.raises(InputError, match=r"store\.json: is no store .*canonpose pack"):
            open_store(tmp_path)
        (tmp_path / CARD).write_text("{")
        with pytest.raises(InputError, match=r"store\.json: is damaged .*pack the footage again"):
            open_store(tmp_path)

    @pytest.mark.parametrize(
        ("entries", "said"),
        [
            ({"format_version": 9}, "another version"),
            ({"takes": []}, "do not hold equally many"),
            ({"takes": [{"name": 1}]}, "is damaged"),
            ({"skeleton": {"name": "x"}}, "is damaged .*joints"),
        ],
    )
    def test_a_card_that_does_not_fit(self, store, entries, said):
        self.change(store, **entries)
        with pytest.raises(InputError, match=said):
            open_store(store)

    def test_samples_that_are_gone_or_cut_off_or_patched(self, store):
        path = store / "samples-00001.npy"
        content = bytearray(path.read_bytes())
        opened = open_store(store)
        content[-1] ^= 1
        path.write_bytes(content)
        with pytest.raises(InputError, match=r"samples-00001\.npy: is damaged .its hash"):
            opened.check_files()
        path.write_bytes(content[:-8])
        with pytest.raises(InputError, match=r"samples-00001\.npy: is damaged"):
            opened.mapped(CPU)
        path.unlink()
        with pytest.raises(InputError, match=r"samples-00001\.npy: cannot be read"):
            opened.check_files()

    def test_stores_that_do_not_fit_each_other(self, store, tmp_path):
        other = write_capture(capture(20, skeleton=layout("body25b"))[0], tmp_path / "coco")
        pack(other, tmp_path / "other", static_cameras=False)
        with pytest.raises(InputError, match=r"other: has the skeleton .body25b.*one layout"):
            open_store([store, tmp_path / "other"])
        with pytest.raises(InputError, match="says that the cameras move"):
            open_store(tmp_path / "other", static_cameras=True)

    def test_a_place_that_is_taken(self, folder, store):
        with pytest.raises(InputError, match="is there already"):
            pack(folder, store)
