from dataclasses import replace

import pytest

from canonpose.config_tables import from_table, to_table
from canonpose.errors import InputError
from canonpose.training import PRESETS, AugmentationConfig, TrainingConfig, preset


def test_released_is_the_authors_code():
    """train.py and model_confidences.py of bastianwandt/CanonPose, value by value."""
    assert to_table(PRESETS["released"]) == {
        "lifter": {
            "width": 1024,
            "input_activation": False,
            "block_activation": True,
            "mirror_image": False,
        },
        "loss": {
            "scale_norm": "rms",
            "reduction": "element",
            "mixing": "cross_views",
            "weight_reprojection": 1.0,
            "weight_view": 1.0,
            "weight_camera": 0.1,
            "camera_moving": False,
            "view_term": "mixing",
            "camera_term": "mixing",
            "weight_anatomy": 0.0,
            "camera_sum": "rigs",
            "camera_permutation": "uniform",
        },
        "augmentation": {
            "flip": False,
            "rotation": 0.0,
            "branch_exchange": 0.0,
            "joint_dropout": 0.0,
            "confidence_dropout": 0.0,
            "noise": 0.0,
        },
        "epochs": 100,
        "min_steps": 0,
        "batch": 32,
        "learning_rate": 1e-4,
        "schedule": "steps",
        "weight_decay": 1e-5,
        "precision": "float32",
        "rotation_spread": 1.0,
        "camera_growth": 0.0,
        "start_from": "nothing",
        "seed": 0,
    }


def test_paper_is_the_papers_text():
    paper = PRESETS["paper"]
    assert paper.lifter.width == 1024
    assert (paper.lifter.input_activation, paper.lifter.block_activation) == (True, False)
    assert (paper.epochs, paper.learning_rate, paper.schedule) == (100, 1e-4, "steps")
    assert (paper.loss.scale_norm, paper.loss.reduction) == ("frobenius", "pose")
    assert paper.loss.mixing == "all_pairs"
    assert paper.loss.weight_reprojection == 0  # all pairs hold it
    assert paper.augmentation == AugmentationConfig()


def test_fast_has_the_same_objective():
    fast, released = PRESETS["fast"].loss, PRESETS["released"].loss
    for name in ("scale_norm", "reduction", "mixing", "weight_reprojection", "weight_view"):
        assert getattr(fast, name) == getattr(released, name)


@pytest.mark.parametrize("name", list(PRESETS))
def test_there_and_back_as_a_table(name):
    assert from_table(TrainingConfig, to_table(PRESETS[name])) == PRESETS[name]


def test_what_a_table_leaves_out_keeps_its_default():
    made = from_table(TrainingConfig, {"epochs": 3, "loss": {"weight_view": 2.0}})
    assert made == replace(TrainingConfig(), epochs=3, loss=replace(made.loss, weight_view=2.0))


@pytest.mark.parametrize("table", [{"epoch": 3}, {"loss": {"weight": 1.0}}])
def test_unknown_settings_are_refused(table):
    with pytest.raises(ValueError, match="has no setting"):
        from_table(TrainingConfig, table)


def test_a_preset_with_changes():
    made = preset("released", epochs=7, seed=5)
    assert made == replace(PRESETS["released"], epochs=7, seed=5)
    assert PRESETS["released"].epochs == 100


def test_an_unknown_preset_is_refused():
    with pytest.raises(InputError, match=r"'quick'.*released.*paper.*fast"):
        preset("quick")


@pytest.mark.parametrize(
    ("name", "value"), [("epochs", 0), ("batch", 0), ("learning_rate", -0.1), ("min_steps", -1)]
)
def test_bad_values_are_refused(name, value):
    with pytest.raises(InputError, match=f"{name} must be at least"):
        preset("fast", **{name: value})
