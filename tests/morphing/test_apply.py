from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.datasets import Dataset, LabelledTake
from canonpose.errors import InputError
from canonpose.morphing import (
    MorphingNetwork,
    MorphingNetworkConfig,
    TrainedMorphing,
    apply_morphing,
    morphed,
    morphed_capture,
    pairs_of,
    pairs_of_captures,
)
from canonpose.skeleton import layout
from synthetic_people import capture

from .shifted_people import ROUGH, TRUE, hidden, in_skeleton, pairs

CONFIG = MorphingNetworkConfig(width=8)


def morphing(source=ROUGH, target=TRUE, *, offset=0.0, seed=0):
    network = MorphingNetwork(source, target, CONFIG)
    torch.manual_seed(seed)
    torch.nn.init.normal_(network.head.weight, std=offset)
    torch.nn.init.normal_(network.head.bias, std=offset)
    return TrainedMorphing(network)


@pytest.fixture(scope="module")
def seen():
    return pairs([3], frames=12)[0][0]


@pytest.mark.parametrize("target", ["coco17", "canonpose16", "body25"])
def test_untrained_gives_the_pixels_of_conversion(seen, target):
    target = layout(target)
    out = apply_morphing(seen, morphing(target=target))
    wanted = in_skeleton(seen, target)
    known = wanted.seen
    assert known.any(0).sum() >= 13
    assert np.allclose(out.positions[known], wanted.positions[known], atol=0.01)
    assert np.allclose(out.scores[known], wanted.scores[known])
    assert (out.camera, out.fps, out.skeleton) == (seen.camera, seen.fps, target)


@pytest.mark.parametrize("target", ["coco17", "canonpose16"])
def test_root_and_size_stay(seen, target):
    target = layout(target)
    out = apply_morphing(seen, morphing(target=target, offset=0.2))
    wanted = in_skeleton(seen, target)
    root = target.root_index
    assert np.allclose(out.positions[:, root], wanted.positions[:, root], atol=0.01)
    known = wanted.seen.all(0)
    sizes = [
        np.linalg.norm((view.positions - view.positions[:, [root]])[:, known], axis=(1, 2))
        for view in (out, wanted)
    ]
    assert np.allclose(*sizes, rtol=1e-4)
    assert not np.allclose(out.positions[:, known], wanted.positions[:, known], atol=1)


def test_moves_and_grows_with_the_image(seen):
    model = morphing(offset=0.2)
    there = replace(seen, positions=3 * seen.positions + np.float32([100, -50]))
    first, second = apply_morphing(seen, model), apply_morphing(there, model)
    assert np.allclose(3 * first.positions + [100, -50], second.positions, atol=0.05)


def test_missing_joints_stay_missing(seen):
    view = hidden(hidden(seen, 2, "left_wrist"), 5, "left_hip")
    out = apply_morphing(view, morphing(offset=0.2))
    at = TRUE.index
    assert np.isnan(out.positions[2, at("left_wrist")]).all()
    assert out.scores[2, at("left_wrist")] == 0
    assert np.isfinite(out.positions[2, at("head_top")]).all()
    # Without a hip there is no pelvis to centre the pose on.
    assert np.isnan(out.positions[5]).all()
    assert not out.scores[5].any()
    others = [0, 1, 3, 4, 6]
    assert np.isfinite(out.positions[others]).all()


def test_another_skeleton_is_refused(seen):
    with pytest.raises(InputError, match=r"'coco17'.*'body25b'"):
        apply_morphing(seen, morphing(source=layout("body25b")))


def test_capture_and_data_set():
    footage, _ = capture(10, people=2)
    model = morphing(offset=0.1)
    assert morphed_capture(footage, model).skeleton == TRUE
    labelled = tuple(LabelledTake(take, truth_2d=take.views) for take in footage.takes)
    data = Dataset("d", labelled, labelled[:1], footage.cameras, ROUGH, True, ("nose",), labelled)
    changed = morphed(data, model)
    assert changed.skeleton == TRUE
    assert changed.capture().skeleton == TRUE
    wanted = apply_morphing(footage.takes[0].views["c1"], model)
    for part in (changed.training, changed.test, changed.morphing):
        views, truth = part[0].take.views, part[0].truth_2d
        assert np.array_equal(views["c1"].positions, wanted.positions, equal_nan=True)
        assert truth["c1"].skeleton == TRUE
        assert not np.array_equal(truth["c1"].positions, wanted.positions, equal_nan=True)
    assert "morphed" in changed.notes[-1]
    assert data.training[0].take.views["c1"].skeleton == ROUGH


def test_pairs_of_labelled_takes():
    take = capture(10)[0].takes[0]
    truth = {camera: view for camera, view in take.views.items() if camera != "c1"}
    made = pairs_of([LabelledTake(take, truth_2d=truth)])
    assert [(seen.camera, true.camera) for seen, true in made] == [("c0", "c0"), ("c2", "c2")]
    with pytest.raises(InputError, match="no held-back take"):
        pairs_of([LabelledTake(take)])


def test_pairs_of_captures():
    footage, _ = capture(10, people=2)
    made = pairs_of_captures(footage, footage)
    assert [seen.camera for seen, _ in made] == ["c0", "c1", "c2"] * 2
    assert all(seen is true for seen, true in made)
    one = replace(footage, takes=footage.takes[:1])
    renamed = replace(footage, takes=(replace(footage.takes[0], name="other"),))
    assert len(pairs_of_captures(one, renamed)) == 3
    with pytest.raises(InputError, match="no take 't1'"):
        pairs_of_captures(footage, one)
    views = {camera: view for camera, view in one.takes[0].views.items() if camera != "c2"}
    fewer = replace(one, takes=(replace(one.takes[0], views=views),))
    with pytest.raises(InputError, match="no camera 'c2'"):
        pairs_of_captures(one, fewer)
