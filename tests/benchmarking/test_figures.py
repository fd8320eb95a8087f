import json

import pytest
import torch

from canonpose.benchmarking import Figure, Report, Timing, read_report, table_of, this_machine


def figures():
    timing = Timing((0.5, 0.5, 0.5), 2_000_000)
    return (
        Figure.of("ours", 100, "samples", timing, limit=400.0),
        Figure.of("copying", 1.0, "GB", timing),
    )


def test_rates_and_shares():
    ours, copying = figures()
    assert ours.rate == 200
    assert ours.of_limit == pytest.approx(0.5)
    assert copying.of_limit is None


def test_the_table():
    lines = table_of(figures()).splitlines()
    assert lines[2] == "| ours | 200 | samples | 0 % | 50 % | 2 |"
    assert lines[3] == "| copying | 2 | GB | 0 % |  | 2 |"


def test_a_report_is_read_back(tmp_path):
    report = Report("canonpose bench train", this_machine(torch.device("cpu")), figures())
    report.write(tmp_path / "bench.json")
    assert read_report(tmp_path / "bench.json") == report
    assert json.loads((tmp_path / "bench.json").read_text())["figures"][0]["of_limit"] == 0.5


def test_the_machine_names_itself():
    machine = this_machine(torch.device("cpu"))
    assert machine.threads == torch.get_num_threads()
    assert machine.gpu is None
    assert torch.__version__ in str(machine)
