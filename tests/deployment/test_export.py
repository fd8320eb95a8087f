"""Exported lifters against PyTorch."""

from dataclasses import replace

import numpy as np
import onnx
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from canonpose.datamodel import Keypoints
from canonpose.deployment import export
from canonpose.deployment.export import (
    TOLERANCE,
    deviations,
    export_beside,
    export_onnx,
    model_beside,
)
from canonpose.deployment.runtime import load_onnx
from canonpose.errors import InputError
from canonpose.inference import lift
from canonpose.lifter import (
    Lifter,
    LifterConfig,
    TrainedLifter,
    load_lifter,
    pretrained_lifter,
    save_lifter,
)
from canonpose.lifter.naming import EXPORTED, pretrained_folder
from canonpose.lifter.sigma import (
    SigmaConfig,
    SigmaNetwork,
    TrainedUncertainty,
    save_uncertainty,
)
from canonpose.lifter.trained import FILES
from canonpose.skeleton import Skeleton, layout

COCO = layout("coco17")
FISH = Skeleton("fish", ("head", "middle", "tail"), "middle", {"head": "middle", "tail": "middle"})
SHAPES = [
    LifterConfig(width=12),
    LifterConfig(width=12, input_activation=True, block_activation=False),
    LifterConfig(width=12, mirror_image=False),
]


def saved(folder, skeleton=COCO, config=SHAPES[0], turns=20.0):
    """A lifter of random weights; its rotations are by ``turns`` times the usual angles."""
    torch.manual_seed(0)
    network = Lifter(len(skeleton), config)
    with torch.no_grad():
        network.rotation_head.weight *= turns
        network.rotation_head.bias *= turns
    lifter = TrainedLifter(network, skeleton)
    save_lifter(lifter, folder)
    return lifter


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    lifter = saved(folder)
    export_onnx(folder, folder / EXPORTED)
    return lifter, load_onnx(folder, threads=1)


pixels = st.floats(-1e4, 1e4, width=32) | st.sampled_from([np.nan, np.inf])
confidences = st.floats(0, 1, width=32)


@st.composite
def footage(draw):
    frames = draw(st.sampled_from([0, 1, 2, 7]))
    positions = draw(arrays(np.float32, (frames, len(COCO), 2), elements=pixels))
    scores = draw(arrays(np.float32, (frames, len(COCO)), elements=confidences))
    if draw(st.booleans()):
        scores[:, COCO.root_index] = 0
    return positions, scores


@given(footage())
@settings(max_examples=60, deadline=None)
def test_whatever_is_seen(pair, seen):
    lifter, exported = pair
    ours = exported(*seen)
    assert ours.positions.shape == (len(seen[0]), len(COCO), 3)
    rooted = (seen[1] > 0)[:, COCO.root_index] & np.isfinite(seen[0][:, COCO.root_index]).all(-1)
    assert np.isnan(ours.positions[~rooted]).all()
    if np.isnan(ours.rotation).all():
        return  # which `lift` refuses
    theirs = lift(Keypoints(*seen, COCO), lifter, device="cpu")
    for name in ("positions", "canonical", "rotation"):
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), atol=1e-4)


@pytest.mark.parametrize("config", SHAPES)
@pytest.mark.parametrize("skeleton", [COCO, layout("body25"), FISH], ids=lambda s: s.name)
def test_every_shape_and_skeleton(skeleton, config, tmp_path):
    lifter = saved(tmp_path, skeleton, config)
    exported = export_onnx(tmp_path, tmp_path / "a.onnx")
    model = load_onnx(exported.path)
    assert exported.deviation == deviations(model, lifter)[0] <= TOLERANCE
    assert model.card.skeleton == skeleton
    assert model.card.units == ("bone_length" if skeleton is FISH else "body_height")


@pytest.mark.parametrize("turns", [0.0, 1e-4, 1e-2, 100.0])
def test_rotations_by_any_angle(turns, tmp_path):
    saved(tmp_path, turns=turns)
    assert export_onnx(tmp_path, tmp_path / EXPORTED).deviation <= TOLERANCE


def test_the_mirror_is_in_it(tmp_path):
    lifter = saved(tmp_path)
    lifter.network.mirror_()
    save_lifter(lifter, tmp_path)
    export_onnx(tmp_path, tmp_path / EXPORTED)
    assert deviations(load_onnx(tmp_path), lifter)[0] <= TOLERANCE


def test_it_is_sound_and_says_what_it_is(tmp_path):
    saved(tmp_path)
    model = onnx.load(export_onnx(tmp_path, tmp_path / EXPORTED).path)
    onnx.checker.check_model(model, full_check=True)
    assert [value.name for value in model.graph.input] == ["keypoints", "scores"]
    assert [value.name for value in model.graph.output] == ["positions", "canonical", "rotation"]
    texts = {entry.key: entry.value for entry in model.metadata_props}
    assert texts["units"] == "body_height"
    assert len(texts["card_sha256"]) == len(texts["weights_sha256"]) == 64
    assert texts["canonpose_version"]
    assert "left_wrist" in texts["skeleton"]


def test_one_of_a_lifter_that_was_trained_anew_since_is_refused(tmp_path):
    saved(tmp_path)
    export_onnx(tmp_path, tmp_path / EXPORTED)
    saved(tmp_path, turns=1.0)
    with pytest.raises(InputError, match="exported from other weights"):
        load_onnx(tmp_path)
    assert load_onnx(tmp_path / EXPORTED).card.units == "body_height"


def test_weights_beside_that_are_damaged_are_refused(tmp_path):
    saved(tmp_path)
    export_beside(tmp_path)
    assert deviations(load_onnx(tmp_path), load_lifter(tmp_path))[0] <= TOLERANCE
    saved(tmp_path, turns=1.0)
    with pytest.raises(InputError, match="belongs to another"):
        load_onnx(tmp_path)


def test_uncertainty_is_in_it(tmp_path):
    saved(tmp_path)
    torch.manual_seed(1)
    network = SigmaNetwork(len(COCO), COCO.root_index, SigmaConfig(width=16))
    for kept in (network.mean, network.spread, network.scale):
        kept.copy_(torch.rand_like(kept) + 0.5)
    network.scale.mul_(0.02)  # some body heights at most, as sigma is
    weights_hash = FILES.weights_hash(tmp_path)
    save_uncertainty(TrainedUncertainty(network, COCO), tmp_path, weights_hash)
    export_onnx(tmp_path, tmp_path / EXPORTED)
    frames = export.random_frames(COCO)
    ours = load_onnx(tmp_path).lift(frames, subject_height=1.8)
    theirs = lift(frames, load_lifter(tmp_path), subject_height=1.8, device="cpu")
    assert np.isfinite(theirs.sigma).any()
    np.testing.assert_allclose(ours.sigma, theirs.sigma, atol=1e-4)


def test_what_computes_something_else_is_not_written(tmp_path, monkeypatch):
    saved(tmp_path)
    other = replace(load_lifter(tmp_path), skeleton=replace(COCO, root="nose"))
    monkeypatch.setattr(
        export, "lift", lambda frames, _, device: lift(frames, other, device=device)
    )
    with pytest.raises(InputError, match="not written"):
        export_onnx(tmp_path, tmp_path / EXPORTED)
    assert not (tmp_path / EXPORTED).exists()


def test_the_pretrained_one_is_that_of_its_weights():
    """`benchmarks/pretrain.py pack` writes both; versions may differ."""
    folder = pretrained_folder()
    shipped, made = (
        onnx.load(folder / EXPORTED, load_external_data=False),
        model_beside(folder, pretrained_lifter()),
    )
    for model in (shipped, made):
        model.producer_version = ""
        props = {entry.key: entry.value for entry in model.metadata_props}
        del props["canonpose_version"]
        onnx.helper.set_model_props(model, props)
    assert shipped == made


def test_the_pretrained_one_lifts_as_with_torch():
    assert deviations(load_onnx("pretrained"), pretrained_lifter())[0] <= TOLERANCE
