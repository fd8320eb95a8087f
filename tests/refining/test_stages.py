"""From which lifter a training of a student sets out; tiny."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

import canonpose.refining.rounds
from canonpose.errors import InputError, InputWarning
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, load_lifter, save_lifter
from canonpose.lifter.trained import CARD
from canonpose.refining import RefineConfig, train_refined
from canonpose.refining.stages import FIRST_STAGE, holds_student
from canonpose.skeleton import Skeleton
from canonpose.training import preset, train
from canonpose.training.checkpoint import CHECKPOINT
from canonpose.training.start import Start
from refining.scenes import Solving, solution_of, stages_of
from solving.rigs import scene

pytestmark = pytest.mark.filterwarnings("ignore:the chirality vote is close")

COLD = preset("fast", lifter=LifterConfig(width=16), epochs=1, min_steps=0, start_from="nothing")
STUDENT = RefineConfig(epochs=2, min_steps=0, virtual_views=1)


@pytest.fixture(scope="module")
def shown():
    return scene(frames=40, noise=2.0)


@pytest.fixture(scope="module")
def warm(shown, tmp_path_factory):
    """Settings that start from a lifter of some earlier training."""
    run = tmp_path_factory.mktemp("earlier")
    train(shown.capture, run, COLD, device="cpu")
    return replace(COLD, start_from=str(run))


@pytest.fixture
def solving(shown, monkeypatch):
    """Stands in for `solve`, which refuses so often before it solves."""

    def use(refusals=0, truly=shown):
        refused = [InputError("all cameras look along one line.")] * refusals
        made = Solving(*refused, solution_of(truly))
        monkeypatch.setattr(canonpose.refining.rounds, "solve", made)
        return made

    return use


def trained(shown, run, config, **more):
    """The stages that were told of."""
    return stages_of(shown.capture, run, config, STUDENT, **more)


def started_from(run):
    return json.loads((run / CARD).read_text())["provenance"]["started_from"]["lifter"]


def test_a_lifter_that_it_starts_from_solves_the_footage_as_it_is(shown, warm, solving, tmp_path):
    asked = solving()
    assert trained(shown, tmp_path, warm) == ["refining"]
    assert len(asked.lifters) == 1
    assert not (tmp_path / FIRST_STAGE).exists()
    assert started_from(tmp_path) == warm.start_from


def test_the_card_says_what_was_new_to_it(shown, solving, tmp_path):
    """Whose joints are other ones, and whose weights, before they were taken over."""
    fewer = tmp_path / "fewer"
    skeleton = shown.capture.skeleton
    known = Skeleton(
        "fewer",
        tuple(joint for joint in skeleton.joints if joint != "left_wrist"),
        skeleton.root,
        {joint: parent for joint, parent in skeleton.parents.items() if joint != "left_wrist"},
    )
    lifter = TrainedLifter(Lifter(len(known), COLD.lifter), known)
    save_lifter(lifter, fewer)
    solving()
    run = tmp_path / "run"
    trained(shown, run, replace(COLD, start_from=str(fewer)))
    started = json.loads((run / CARD).read_text())["provenance"]["started_from"]
    assert started["lifter"] == str(fewer) and started["new_joints"] == ["left_wrist"]
    assert started["weights"] == Start(load_lifter(fewer), "").fingerprint()


def test_where_it_does_not_one_is_trained_first(shown, warm, solving, tmp_path):
    asked, said = solving(refusals=1), []
    assert trained(shown, tmp_path, warm, say=said.append) == [FIRST_STAGE, "refining"]
    assert len(asked.lifters) == 2
    assert started_from(tmp_path) == FIRST_STAGE
    assert started_from(tmp_path / FIRST_STAGE) == warm.start_from
    assert any("does not solve" in line and "along one line" in line for line in said)


def test_where_neither_does_the_second_is_kept(shown, warm, solving, tmp_path):
    solving(refusals=2)
    with pytest.warns(InputWarning, match="not refined.*along one line"):
        assert trained(shown, tmp_path, warm) == [FIRST_STAGE]
    assert "not_refined" in json.loads((tmp_path / CARD).read_text())["provenance"]


def test_overwriting_removes_what_held_for_the_former_lifter(shown, warm, solving, tmp_path):
    (tmp_path / "uncertainty.json").write_text("{}")
    solving(refusals=2)
    with pytest.warns(InputWarning, match="not refined"):
        trained(shown, tmp_path, warm, overwrite=True)
    assert not (tmp_path / "uncertainty.json").exists()


@pytest.mark.parametrize(
    ("refusals", "stopped"), [(0, "refining"), (1, FIRST_STAGE), (1, "refining")]
)
def test_a_stopped_training_ends_as_one_that_was_not(
    shown, warm, solving, tmp_path, monkeypatch, refusals, stopped
):
    monkeypatch.setattr("canonpose.training.session.CHECKPOINT_SECONDS", 0.0)
    solving(refusals)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    trained(shown, whole, warm)

    def stop(stage, _):
        if stage == stopped:
            raise KeyboardInterrupt

    solving(refusals)
    with pytest.raises(KeyboardInterrupt):
        train_refined(shown.capture, broken, warm, STUDENT, device="cpu", progress=stop)
    assert holds_student(broken)
    with pytest.raises(InputError, match="holds an unfinished training; go on with --resume"):
        trained(shown, broken, warm)
    solving()
    trained(shown, broken, warm, resume=True)
    weights = [(run / "lifter.safetensors").read_bytes() for run in (whole, broken)]
    assert weights[0] == weights[1]


def test_few_moments_are_warned_of_at_once(warm, solving, tmp_path):
    few = scene(frames=20, noise=2.0)
    solving(truly=few)
    with pytest.warns(InputWarning, match="only 20 moments"):
        assert trained(few, tmp_path, warm) == ["refining"]


class TestHoldsStudent:
    def test_a_finished_one(self, shown, warm, solving, tmp_path):
        solving()
        trained(shown, tmp_path, warm)
        assert holds_student(tmp_path)

    def test_a_self_supervised_lifter_is_none(self, warm):
        assert not holds_student(Path(warm.start_from))

    def test_nor_is_a_self_supervised_training(self, shown, tmp_path):
        def stop(_):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            train(shown.capture, tmp_path, COLD, device="cpu", progress=stop)
        assert not holds_student(tmp_path)

    def test_of_damaged_files_it_is_not_known(self, tmp_path):
        assert not holds_student(tmp_path)
        (tmp_path / CHECKPOINT).write_bytes(b"no")
        assert not holds_student(tmp_path)
