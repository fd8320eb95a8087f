"""How often is solved and refined, and what a stopped training leaves; tiny."""

import json
from dataclasses import replace

import pytest
from scipy.spatial.transform import Rotation

import canonpose.refining.rounds
from canonpose.errors import InputError
from canonpose.lifter import LifterConfig, load_lifter
from canonpose.refining import RefineConfig, train_refined
from canonpose.refining.stages import FIRST_STAGE
from canonpose.training import preset
from canonpose.training.log import read_log
from refining.scenes import Solving, solution_of, stages_of, without_frames
from solving.rigs import scene

pytestmark = pytest.mark.filterwarnings("ignore:the chirality vote is close")

TINY = preset("moving", lifter=LifterConfig(width=16), epochs=1, min_steps=0, start_from="nothing")
STUDENT = RefineConfig(epochs=2, min_steps=0, virtual_views=1)
ROUND_1, ROUND_2 = "refining", "refining again"


@pytest.fixture(scope="module")
def shown():
    made = scene(frames=30, noise=2.0)
    return replace(made, capture=replace(made.capture, static_cameras=False))


def turned(solved):
    """Wrongly, by 40 degrees about the vertical, before the same cameras."""
    turn = Rotation.from_euler("z", 40, degrees=True).as_matrix()
    takes = [replace(take, positions=take.positions @ turn.T) for take in solved.takes]
    return replace(solved, takes=tuple(takes))


@pytest.fixture
def answering(shown, monkeypatch):
    def use(*answers):
        solving = Solving(*answers)
        monkeypatch.setattr(canonpose.refining.rounds, "solve", solving)
        return solving

    return use


def trained(shown, run, static=False, config=STUDENT, **more):
    """The stages that were told of."""
    return stages_of(replace(shown.capture, static_cameras=static), run, TINY, config, **more)


def card_of(run):
    return json.loads((run / "lifter.json").read_text())["provenance"]


def left_in(run):
    return sorted(path.name for path in run.iterdir() if path.is_dir())


def test_it_ends_where_solving_changes_nothing(shown, tmp_path, answering):
    solving = answering(solution_of(shown))
    assert trained(shown, tmp_path) == [FIRST_STAGE, ROUND_1]
    assert len(solving.lifters) == 2
    assert left_in(tmp_path) == [FIRST_STAGE]
    assert len(read_log(tmp_path)) == 2 and (tmp_path / "curves.png").exists()
    assert card_of(tmp_path)["started_from"]["lifter"] == FIRST_STAGE
    load_lifter(tmp_path)


def test_what_solves_otherwise_is_refined_again(shown, tmp_path, answering):
    solved = solution_of(shown)
    answering(turned(solved), solved)
    assert trained(shown, tmp_path) == [FIRST_STAGE, ROUND_1, ROUND_2]
    assert card_of(tmp_path)["started_from"]["lifter"] == "student-1"
    assert left_in(tmp_path) == [FIRST_STAGE, "student-1"]


def test_still_cameras_are_solved_once(shown, tmp_path, answering):
    solving = answering(solution_of(shown))
    assert trained(shown, tmp_path, static=True) == [FIRST_STAGE, ROUND_1]
    assert len(solving.lifters) == 1


def test_so_are_moving_ones_if_asked(shown, tmp_path, answering):
    solving = answering(solution_of(shown))
    assert trained(shown, tmp_path, config=replace(STUDENT, rounds=1)) == [FIRST_STAGE, ROUND_1]
    assert len(solving.lifters) == 1


def test_a_student_that_solves_nothing_is_kept(shown, tmp_path, answering):
    answering(solution_of(shown), InputError("nothing to see."))
    assert trained(shown, tmp_path) == [FIRST_STAGE, ROUND_1]
    assert "refined" in card_of(tmp_path) and left_in(tmp_path) == [FIRST_STAGE]


def test_so_is_one_whose_solution_is_empty(shown, tmp_path, answering):
    solved = solution_of(shown)
    answering(solved, without_frames(solved, slice(None)))
    assert trained(shown, tmp_path) == [FIRST_STAGE, ROUND_1]
    assert "refined" in card_of(tmp_path) and left_in(tmp_path) == [FIRST_STAGE]


@pytest.mark.parametrize("stopped", [ROUND_1, ROUND_2, "between"])
def test_a_stopped_training_goes_on_in_its_round(shown, tmp_path, answering, monkeypatch, stopped):
    monkeypatch.setattr("canonpose.training.session.CHECKPOINT_SECONDS", 0.0)
    solved = solution_of(shown)
    answering(turned(solved), solved)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    trained(shown, whole)

    def stop(stage, one):
        if stage == stopped:
            raise KeyboardInterrupt

    answering(turned(solved), KeyboardInterrupt() if stopped == "between" else solved)
    with pytest.raises(KeyboardInterrupt):
        train_refined(shown.capture, broken, TINY, STUDENT, device="cpu", progress=stop)
    assert not (broken / "lifter.json").exists()
    with pytest.raises(InputError, match="--resume"):
        trained(shown, broken)
    answering(*([turned(solved)] if stopped == ROUND_1 else []), solved)
    again = trained(shown, broken, resume=True)
    assert again == ([ROUND_1, ROUND_2] if stopped == ROUND_1 else [ROUND_2])
    weights = [(run / "lifter.safetensors").read_bytes() for run in (whole, broken)]
    assert weights[0] == weights[1]


def test_overwriting_forgets_earlier_students(shown, tmp_path, answering):
    solved = solution_of(shown)
    answering(turned(solved), solved)
    trained(shown, tmp_path)
    (tmp_path / "uncertainty.json").write_text("{}")
    answering(solved)
    assert trained(shown, tmp_path, overwrite=True) == [FIRST_STAGE, ROUND_1]
    assert left_in(tmp_path) == [FIRST_STAGE]
    assert not (tmp_path / "uncertainty.json").exists()


def test_rounds_are_at_least_one():
    with pytest.raises(InputError, match="rounds must be at least 1"):
        RefineConfig(rounds=0)
