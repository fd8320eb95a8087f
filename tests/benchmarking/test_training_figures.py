"""Which contestants there are and what they are held against; they race in this process here."""

from pathlib import Path

import pytest
import torch

from canonpose.benchmarking import training
from canonpose.benchmarking.lifting import LiftingBenchmark, lifting_figures
from canonpose.benchmarking.metrics import MetricsBenchmark, metrics_figures
from canonpose.benchmarking.timing import measure
from canonpose.benchmarking.training import Setting, growth_figures, training_figures
from canonpose.cli.main import main as canonpose

CPU = torch.device("cpu")
RELEASED = Path(__file__).parents[2] / "benchmarks" / "released_loop.py"
SMALL = Setting(width=8, frames=80, batch=16)


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    def race(makers, device, repeats):
        return {
            name: measure(maker(), device, repeats, warm_up=0)
            for name, (maker, _) in makers.items()
        }

    monkeypatch.setattr(training, "race", race)
    monkeypatch.setattr(training, "SAMPLES_A_TURN", 32)
    monkeypatch.setattr(training, "CAMERAS", (2, 3))
    monkeypatch.setattr(training, "BATCHES", (8, 16))
    monkeypatch.setattr(training, "FRAMES", (20, 40))


def test_all_are_held_against_the_products_of_their_batch():
    made = list(training_figures(SMALL, CPU, large_batch=64, against=RELEASED, repeats=1))
    by_name = {figure.name: figure for figure in made}
    assert set(by_name) == {
        "ours, batch 16",
        "products alone, batch 16",
        "ours, batch 64",
        "products alone, batch 64",
        "released_loop",
        "copying memory",
    }
    small, large = (by_name[f"products alone, batch {batch}"].rate for batch in (16, 64))
    assert by_name["ours, batch 16"].limit == by_name["released_loop"].limit == small
    assert by_name["ours, batch 64"].limit == large
    assert by_name["copying memory"].limit is None


@pytest.mark.parametrize(
    ("axis", "names"),
    [
        ("cameras", ["2 cameras", "3 cameras"]),
        ("batch", ["batch 8", "batch 16"]),
        ("frames", ["20 frames", "40 frames"]),
    ],
)
def test_growth(axis, names):
    made = list(growth_figures(SMALL, CPU, axis, large_batch=16, repeats=1))
    assert [figure.name for figure in made] == names
    assert all(figure.of_limit < 1 for figure in made)


def test_lifting_and_metrics():
    made = list(lifting_figures(LiftingBenchmark(width=8, frames=50, repeats=1), CPU))
    assert len(made) == 3
    assert all(figure.limit for figure in made)
    scored = list(metrics_figures(MetricsBenchmark(poses=50, joints=5, repeats=1)))
    assert [figure.unit for figure in scored] == ["poses"] * 5


def test_the_command_writes_and_shows(tmp_path, capsys):
    path = tmp_path / "bench.json"
    arguments = ["metrics", "--poses", "50", "--joints", "5", "--repeats", "1", "-o", str(path)]
    assert canonpose(["bench", *arguments]) == 0
    assert "| score: all metrics |" in capsys.readouterr().out
    assert path.exists()


def test_an_unknown_preset_is_bad_input(capsys):
    assert canonpose(["bench", "train", "--preset", "slow", "--device", "cpu"]) == 2
    assert "no preset 'slow'" in capsys.readouterr().err
