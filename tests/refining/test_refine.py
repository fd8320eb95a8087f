"""Whole trainings of students, tiny."""

import json
from dataclasses import replace

import pytest
import torch

import canonpose.refining.rounds
from canonpose.errors import InputError, InputWarning
from canonpose.lifter import Lifter, LifterConfig, TrainedLifter, load_lifter
from canonpose.refining import RefineConfig, refine, train_refined
from canonpose.refining.stages import FIRST_STAGE
from canonpose.skeleton import layout
from canonpose.training import preset
from canonpose.training.log import read_log
from refining.scenes import solution_of
from solving.rigs import SKELETON, scene

pytestmark = pytest.mark.filterwarnings("ignore:the chirality vote is close")

WIDTH = LifterConfig(width=16)
TINY = preset("fast", lifter=WIDTH, epochs=2, min_steps=0, start_from="nothing")
STUDENT = RefineConfig(epochs=3, min_steps=0, virtual_views=1)


@pytest.fixture(scope="module")
def shown():
    return scene(frames=40, noise=2.0)


@pytest.fixture
def solvable(shown, monkeypatch):
    monkeypatch.setattr(
        canonpose.refining.rounds, "solve", lambda *args, **more: solution_of(shown)
    )
    return shown.capture


def weights(run):
    return (run / "lifter.safetensors").read_bytes()


class Stop(Exception):
    pass


def stop_in(stage, epoch):
    def progress(now, one):
        if now == stage and one.epoch == epoch:
            raise Stop

    return progress


def test_a_student_learns_its_labels(shown):
    torch.manual_seed(0)
    start = TrainedLifter(Lifter(len(SKELETON), LifterConfig(width=32)), SKELETON)
    losses = []
    config = replace(STUDENT, epochs=20, learning_rate=3e-3)
    student = refine(
        shown.capture,
        start,
        config=config,
        solved=solution_of(shown),
        training=TINY,
        device="cpu",
        progress=lambda one: losses.append((one.losses["labels"], one.losses["virtual"])),
    )
    assert losses[-1][0] < 0.5 * losses[0][0]
    assert losses[-1][1] < 0.85 * losses[0][1]
    assert student.network.config.width == 32
    assert student.provenance["refined"]["rigs"] == {"rig": "perspective, "}


def test_both_stages_leave_their_lifters_and_a_card(solvable, tmp_path):
    stages = []
    train_refined(
        solvable,
        tmp_path,
        TINY,
        STUDENT,
        device="cpu",
        progress=lambda stage, one: stages.append((stage, one.epoch)),
    )
    assert stages == [(FIRST_STAGE, 1), (FIRST_STAGE, 2)] + [("refining", n) for n in (1, 2, 3)]
    card = json.loads((tmp_path / "lifter.json").read_text())["provenance"]
    assert card["started_from"]["lifter"] == FIRST_STAGE
    assert card["refined"]["settings"]["virtual_views"] == 1
    assert card["refined"]["labelled_share"] == 1.0
    assert [record["virtual"] > 0 for record in read_log(tmp_path)] == [True] * 3
    assert weights(tmp_path) != weights(tmp_path / FIRST_STAGE)
    assert not list(tmp_path.glob("checkpoint*"))
    load_lifter(tmp_path)


@pytest.mark.parametrize(("stage", "epoch"), [(FIRST_STAGE, 1), ("refining", 2)])
def test_a_stopped_training_goes_on_in_its_stage(solvable, tmp_path, monkeypatch, stage, epoch):
    monkeypatch.setattr("canonpose.training.session.CHECKPOINT_SECONDS", 0.0)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    train_refined(solvable, whole, TINY, STUDENT, device="cpu")
    with pytest.raises(Stop):
        train_refined(solvable, broken, TINY, STUDENT, device="cpu", progress=stop_in(stage, epoch))
    with pytest.raises(InputError, match="--resume"):
        train_refined(solvable, broken, TINY, STUDENT, device="cpu")
    stages = []
    train_refined(
        solvable,
        broken,
        TINY,
        STUDENT,
        resume=True,
        device="cpu",
        progress=lambda now, one: stages.append(now),
    )
    assert (FIRST_STAGE in stages) == (stage == FIRST_STAGE)
    assert weights(broken) == weights(whole)


def test_resuming_with_other_settings_is_refused(solvable, tmp_path):
    with pytest.raises(Stop):
        train_refined(
            solvable, tmp_path, TINY, STUDENT, device="cpu", progress=stop_in("refining", 1)
        )
    with pytest.raises(InputError, match="trained with other settings"):
        train_refined(solvable, tmp_path, replace(TINY, seed=1), STUDENT, resume=True, device="cpu")


def test_a_finished_training_is_not_overwritten_unasked(solvable, tmp_path):
    train_refined(solvable, tmp_path, TINY, STUDENT, device="cpu")
    with pytest.raises(InputError, match="holds a finished training"):
        train_refined(solvable, tmp_path, TINY, STUDENT, device="cpu")
    other = replace(STUDENT, epochs=1)
    train_refined(solvable, tmp_path, TINY, other, overwrite=True, device="cpu")
    assert len(read_log(tmp_path)) == 1


def test_footage_that_cannot_be_solved_keeps_its_lifter_and_says_why(shown, tmp_path, monkeypatch):
    def refuse(*args, **more):
        raise InputError("all cameras look along one line.")

    monkeypatch.setattr(canonpose.refining.rounds, "solve", refuse)
    with pytest.warns(InputWarning, match="not refined.*along one line"):
        lifter = train_refined(shown.capture, tmp_path, TINY, STUDENT, device="cpu")
    assert lifter.provenance["not_refined"] == "all cameras look along one line."
    assert weights(tmp_path) == weights(tmp_path / FIRST_STAGE)


def test_a_lifter_of_other_joints_is_refused(shown):
    other = layout("body25")
    lifter = TrainedLifter(Lifter(len(other), WIDTH), other)
    with pytest.raises(InputError, match="refine a lifter that was trained on this footage"):
        refine(shown.capture, lifter, solved=solution_of(shown))
