import json
from dataclasses import replace

import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.lifter import LifterConfig
from canonpose.training import TrainingConfig
from canonpose.virtual.plan import PlanConfig, PlanRow, parted, plan
from canonpose.virtual.plan_table import csv, markdown, plot_plan, rig_means
from virtual.movers import mover

MINUTE = PlanConfig(
    cameras=(2, 3),
    angles=(90.0, 180.0),
    moments=30,
    test_moments=5,
    test_cameras=3,
    training=TrainingConfig(lifter=LifterConfig(width=16), epochs=2),
)
CLIPS = [mover(30, name=f"clip{number}", seed=number) for number in range(3)]


def test_rigs_in_which_cameras_coincide_are_left_out():
    assert MINUTE.rigs() == ((2, 90.0), (2, 180.0), (3, 90.0))


def test_results_are_kept_and_taken_up(tmp_path, monkeypatch):
    said = []
    rows = plan(CLIPS, tmp_path, MINUTE, progress=lambda *state: said.append(state))
    assert [(row.cameras, row.angle) for row in rows] == list(MINUTE.rigs())
    assert [state[1:] for state in said] == [(1, 3), (2, 3), (3, 3)]
    assert all(0 < row.p_mpjpe < row.n_mpjpe + 1 for row in rows)

    def never(*_, **__):
        raise AssertionError("trained again")

    monkeypatch.setattr("canonpose.training.train", never)
    assert plan(CLIPS, tmp_path, MINUTE) == rows
    fewer = replace(MINUTE, cameras=(2,))
    assert plan(CLIPS, tmp_path, fewer) == rows[:2]


def test_results_of_other_settings_are_not_mixed_in(tmp_path):
    one = replace(MINUTE, cameras=(2,), angles=(90.0,))
    plan(CLIPS, tmp_path, one)
    with pytest.raises(InputError, match="other motions or settings"):
        plan(CLIPS, tmp_path, replace(one, moments=31))
    with pytest.raises(InputError, match="other motions or settings"):
        plan(CLIPS[:2], tmp_path, one)
    result = next((tmp_path / "results").iterdir())
    result.write_text("{")
    with pytest.raises(InputError, match="is damaged"):
        plan(CLIPS, tmp_path, one)


def test_clips_are_held_back():
    learned, held = parted([mover(30, name=f"c{number}") for number in range(11)])
    assert [motion.name for motion in held] == ["c4", "c9"]
    assert len(learned) == 9
    learned, held = parted(CLIPS)
    assert [motion.name for motion in held] == ["clip2"]
    learned, held = parted(CLIPS[:1])
    both = np.concatenate([learned[0].positions, held[0].positions])
    np.testing.assert_array_equal(both, CLIPS[0].positions)
    assert len(held[0]) == 10


def test_impossible_plans_are_refused(tmp_path):
    with pytest.raises(InputError, match="numbers of cameras"):
        PlanConfig(cameras=(1,))
    with pytest.raises(InputError, match="coincide"):
        plan(CLIPS, tmp_path, PlanConfig(cameras=(3,), angles=(180.0,)))
    with pytest.raises(InputError, match="no motion"):
        plan([], tmp_path)


class TestTable:
    rows = (
        PlanRow(3, 60.0, 0, 80.0, 50.0, 1.0),
        PlanRow(2, 90.0, 0, 100.0, 60.0, 1.0),
        PlanRow(2, 90.0, 1, 120.0, 70.0, 1.0),
    )

    def test_means_over_seeds(self):
        assert rig_means(self.rows) == [(2, 90.0, 2, 65.0, 110.0), (3, 60.0, 1, 50.0, 80.0)]

    def test_texts(self):
        assert "| 2 | 90 | 2 | 65.0 | 110.0 |" in markdown(self.rows)
        lines = csv(self.rows).splitlines()
        assert lines[1] == "2,90,2,65.0,110.0"
        assert len(lines) == 3

    def test_picture(self, tmp_path):
        plot_plan(self.rows, tmp_path / "plan.png")
        assert (tmp_path / "plan.png").read_bytes().startswith(b"\x89PNG")


def test_settings_are_json(tmp_path):
    plan(CLIPS, tmp_path, replace(MINUTE, cameras=(2,), angles=(90.0,)))
    settings = json.loads((tmp_path / "plan.json").read_text())
    assert settings["training"]["lifter"]["width"] == 16
