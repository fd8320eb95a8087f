import json

import numpy as np
import pytest
import torch

from canonpose.baselines import (
    MartinezConfig,
    MartinezLifter,
    SupervisedLifter,
    load_supervised,
    save_supervised,
)
from canonpose.baselines.trained import CARD, WEIGHTS
from canonpose.errors import InputError, InputWarning
from canonpose.skeleton import layout

from .labels_of import SKELETON, labelled


def lifter(seed=0, units="body_height"):
    torch.manual_seed(seed)
    network = MartinezLifter(len(SKELETON), MartinezConfig(width=8, confidences=True, max_norm=2.0))
    network.output_mean += 0.1
    return SupervisedLifter(network, SKELETON, units, {"samples": 3})


@pytest.fixture
def folder(tmp_path):
    save_supervised(lifter(), tmp_path / "run")
    return tmp_path / "run"


def test_round_trip(folder):
    loaded, keypoints = load_supervised(folder), labelled(6)[0].keypoints
    assert loaded.network.config == lifter().network.config
    assert (loaded.skeleton, loaded.units, loaded.provenance) == (
        SKELETON,
        "body_height",
        {"samples": 3},
    )
    assert not loaded.network.training
    assert np.array_equal(loaded.lift(keypoints).positions, lifter().lift(keypoints).positions)
    assert loaded.lift(keypoints).units == "body_height"


def test_weights_of_another_card(folder, tmp_path):
    save_supervised(lifter(seed=1), tmp_path / "other")
    (folder / WEIGHTS).write_bytes((tmp_path / "other" / WEIGHTS).read_bytes())
    with pytest.raises(InputError, match="belongs to another"):
        load_supervised(folder)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is damaged"),
        ("[]", "is not a canonpose supervised lifter"),
        ('{"format": "canonpose-lifter"}', "is not a canonpose supervised lifter"),
    ],
)
def test_a_card_that_is_none(folder, content, message):
    (folder / CARD).write_text(content)
    with pytest.raises(InputError, match=message):
        load_supervised(folder)


@pytest.mark.parametrize("entry", ["config", "skeleton", "weights", "units"])
def test_a_card_that_lacks_an_entry(folder, entry):
    card = json.loads((folder / CARD).read_text())
    del card[entry]
    (folder / CARD).write_text(json.dumps(card))
    with pytest.raises(InputError, match="is damaged"):
        load_supervised(folder)


def test_another_network_than_the_card_says(folder):
    card = json.loads((folder / CARD).read_text())
    card["config"]["width"] = 9
    (folder / CARD).write_text(json.dumps(card))
    with pytest.raises(InputError, match="holds another network"):
        load_supervised(folder)


def test_a_folder_without_a_lifter(tmp_path):
    with pytest.raises(InputError, match=CARD):
        load_supervised(tmp_path)


def test_keypoints_of_another_layout_are_matched_by_name():
    poses = lifter().lift(labelled(6, skeleton=layout("halpe26"))[0].keypoints)
    assert poses.skeleton == SKELETON
    assert np.isfinite(poses.positions).all()


def test_joints_that_a_layout_lacks_are_guessed_with_a_warning():
    fewer = SKELETON.without(["left_ear"])
    with pytest.warns(InputWarning, match="lacks left_ear"):
        poses = lifter().lift(labelled(6, skeleton=fewer)[0].keypoints)
    assert np.isfinite(poses.positions).all()
