from dataclasses import replace

import numpy as np
import pytest
import torch

from canonpose.errors import InputError
from canonpose.morphing import (
    MORPHING_PRESETS,
    MorphingConfig,
    MorphingNetworkConfig,
    morphing_errors,
    morphing_preset,
    train_morphing,
)
from canonpose.morphing.network import MorphingNetwork
from canonpose.morphing.train import learning_rate_at
from canonpose.morphing.trained import TrainedMorphing
from canonpose.skeleton import Skeleton, layout

from .shifted_people import ROUGH, TRUE, hidden, in_skeleton, pairs, true_views

NARROW = MorphingNetworkConfig(width=64)
QUICK = MorphingConfig(network=NARROW, epochs=1, min_steps=250)
SHORT = MorphingConfig(network=MorphingNetworkConfig(width=8), epochs=1, min_steps=3)


@pytest.fixture(scope="module")
def held_back():
    return pairs([10, 11])


@pytest.fixture(scope="module")
def learned():
    return train_morphing(pairs(range(5)), QUICK)


def test_learns_a_detectors_habits_on_other_people(learned, held_back):
    plain, morphed = morphing_errors(held_back, learned).means()
    assert morphed < 0.4 * plain


def test_places_joints_that_conversion_cannot_give(learned, held_back):
    errors = morphing_errors(held_back, learned)
    at = TRUE.index("head_top")
    known = np.isfinite(errors.added).any(0)
    assert [TRUE.joints[i] for i in np.flatnonzero(known)] == ["pelvis", "neck", "head_top"][2:]
    size = np.linalg.norm(held_back[0][1].positions[0] - held_back[0][1].positions[0, 6])
    from_pelvis = held_back[0][1].positions[0, at] - held_back[0][1].positions[0, 6]
    assert np.nanmean(errors.added[:, at]) < 0.25 * np.linalg.norm(from_pelvis) / size


def test_exact_detections_need_no_offset():
    same = [(view, view) for person in (0, 1) for view in true_views(person, skeleton=ROUGH)]
    morphing = train_morphing(same, replace(QUICK, min_steps=100))
    plain, morphed = morphing_errors(same, morphing).means()
    assert plain < 1e-6
    assert morphed < 2e-3


@pytest.mark.parametrize("name", list(MORPHING_PRESETS))
def test_a_seed_decides_all(name):
    data = pairs([0], frames=10)
    config = replace(morphing_preset(name), network=SHORT.network, epochs=2, min_steps=0)
    first, again, other = (
        train_morphing(data, replace(config, seed=seed)).network.state_dict() for seed in (3, 3, 4)
    )
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not all(torch.equal(first[key], other[key]) for key in first)


def test_leaves_the_global_generator_alone():
    torch.manual_seed(7)
    wanted = torch.rand(3)
    torch.manual_seed(7)
    train_morphing(pairs([0], frames=10), SHORT)
    assert torch.equal(torch.rand(3), wanted)


def test_joints_without_truth_stay_as_converted():
    # The truth tells of canonpose16's joints only; COCO's eyes and ears are never known.
    data = [(seen, in_skeleton(true, ROUGH)) for seen, true in pairs([0])]
    network = train_morphing(data, replace(QUICK, min_steps=20)).network
    untold = ROUGH.indices(["left_eye", "right_eye", "left_ear", "right_ear"])
    weights = network.head.weight.unflatten(0, (-1, 2))
    assert not weights[untold].any()
    assert weights[ROUGH.index("left_hip")].any()


def test_a_missing_joint_changes_nothing_but_its_own_loss():
    seen, true = pairs([0], frames=10)[0]
    morphing = train_morphing([(seen, hidden(true, slice(None), "left_wrist"))], SHORT)
    wrist = morphing.target.detected.index("left_wrist")
    rows = morphing.network.head.weight.unflatten(0, (-1, 2))
    mirrored = morphing.target.detected.index("right_wrist")
    assert rows[mirrored].any()  # by the flip, both are learned from the right one
    assert rows[wrist].any()
    plain = train_morphing(
        [(seen, hidden(true, slice(None), "left_wrist"))], replace(SHORT, flip=False)
    )
    assert not plain.network.head.weight.unflatten(0, (-1, 2))[wrist].any()


def test_progress_and_provenance():
    told = []
    morphing = train_morphing(pairs([0], frames=10), replace(SHORT, epochs=4), progress=told.append)
    assert [(one.epoch, one.epochs) for one in told] == [(n, 4) for n in (1, 2, 3, 4)]
    assert morphing.provenance["poses"] == 30
    assert morphing.training["min_steps"] == 3


def test_steps_schedule():
    config = morphing_preset("released")
    rates = [learning_rate_at(config, share) for share in (0.0, 0.39, 0.4, 0.8, 0.96)]
    assert rates == pytest.approx([1e-4, 1e-4, 1e-5, 1e-6, 1e-7])


def test_errors_of_an_untrained_morphing_are_those_of_conversion():
    data = pairs([0], true=ROUGH)
    network = MorphingNetwork(ROUGH, ROUGH, NARROW)
    errors = morphing_errors(data, TrainedMorphing(network))
    assert np.allclose(errors.plain, errors.morphed, atol=1e-6, equal_nan=True)
    assert np.isnan(errors.added).all()
    assert errors.means()[0] > 0.005


def test_bad_pairs():
    data = pairs([0], frames=10)
    seen, true = data[0]
    short = replace(true, positions=true.positions[:4], scores=true.scores[:4])
    other = in_skeleton(seen, layout("coco18"))
    unseen = replace(true, scores=np.zeros_like(true.scores))
    apart = hidden(hidden(true, slice(5, 10), "pelvis"), slice(0, 0), "pelvis")
    late = seen
    for joint in ("left_hip", "right_hip"):
        late = hidden(late, slice(0, 5), joint)
    for wrong, says in [
        ([], "no pair"),
        ([(seen, short)], "4"),
        ([*data, (other, true)], "coco18"),
        ([*data, (seen, other)], "coco18"),
        ([(seen, unseen)], "in no frame"),
        ([(late, apart)], "in no frame"),
    ]:
        with pytest.raises(InputError, match=says):
            train_morphing(wrong, SHORT)


def test_a_joint_that_nothing_tells_is_refused():
    seen, true = pairs([0], frames=10)[0]
    with pytest.raises(InputError, match="head_top of skeleton 'canonpose16' can neither"):
        train_morphing([(seen, hidden(true, slice(None), "head_top"))], SHORT)


def test_nothing_but_the_root_in_common():
    target = Skeleton("two", ("pelvis", "nose"), "pelvis")
    seen, true = pairs([0], frames=10)[0]
    true = in_skeleton(true, target)
    with pytest.raises(InputError, match="but its root"):
        train_morphing([(hidden(seen, slice(None), "nose"), true)], SHORT)


@pytest.mark.parametrize("settings", [{"epochs": 0}, {"batch": 0}, {"learning_rate": -1.0}])
def test_bad_settings(settings):
    with pytest.raises(InputError, match=next(iter(settings))):
        MorphingConfig(**settings)


def test_a_loss_that_explodes_is_said():
    config = replace(SHORT, learning_rate=1e30, min_steps=40, schedule="steps", loss="squared")
    with pytest.raises(InputError, match="lower the learning rate"):
        train_morphing(pairs([0], frames=10), config)


def test_unknown_preset():
    with pytest.raises(InputError, match="released, fast"):
        morphing_preset("slow")
