import pytest
import torch

from canonpose.errors import InputError
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter
from canonpose.lifter.temporal import (
    TemporalConfig,
    TemporalLifter,
    TrainedTemporal,
    save_temporal,
    temporal_beside,
)
from canonpose.skeleton import layout

SKELETON = layout("coco17")


def trained(skeleton=SKELETON):
    network = TemporalLifter(len(skeleton), TemporalConfig(window=9, width=8))
    return TrainedTemporal(network, skeleton, {"takes": ["one"]})


def test_round_trip(tmp_path):
    saved = trained()
    save_temporal(saved, tmp_path, "hash")
    loaded = temporal_beside(tmp_path, "hash")
    assert loaded.skeleton == SKELETON
    assert loaded.network.config == saved.network.config
    assert loaded.provenance == {"takes": ["one"]}
    for ours, theirs in zip(loaded.network.parameters(), saved.network.parameters(), strict=True):
        assert torch.equal(ours, theirs)


def test_none_where_there_is_none(tmp_path):
    assert temporal_beside(tmp_path, "hash") is None


def test_over_another_lifter_there_is_none(tmp_path):
    save_temporal(trained(), tmp_path, "hash")
    assert temporal_beside(tmp_path, "other") is None


def test_damage_is_found(tmp_path):
    save_temporal(trained(), tmp_path, "hash")
    (tmp_path / "temporal.safetensors").write_bytes(b"nonsense")
    with pytest.raises(InputError, match="damaged"):
        temporal_beside(tmp_path, "hash")


def test_other_joints_are_refused():
    other = layout("body25")
    lifter = TrainedLifter(Lifter(len(other), LifterConfig(width=8)), other)
    with pytest.raises(InputError, match="other joints"):
        trained().check_fits(lifter)
