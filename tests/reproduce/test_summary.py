import csv
import io

import pytest

from canonpose.reproduce.rows import Row
from canonpose.reproduce.study import Result
from canonpose.reproduce.summary import Measured, csv_text, markdown
from canonpose.reproduce.tables import TABLE_4, TABLES


def result(seed, value, **changes):
    facts = {
        "label": "full",
        "seed": seed,
        "n_mpjpe": value,
        "p_mpjpe": value / 2,
        "pck_scale_aligned": 60.0,
        "cps": 100.0,
        "mirrored_fraction": 0.0,
        "margin": -0.9,
        "mirrored_before_fix": True,
        "samples": 10,
        "seconds": 1.0,
        "cps_curve": (0.0, 50.0, 100.0),
    }
    return Result(**{**facts, **changes})


FULL = TABLE_4.rows[6]
MEASURED = [
    Measured(TABLE_4.rows[0], refused="'2 cams' cannot be trained on here."),
    Measured(FULL, (result(0, 90.0), result(1, 110.0, margin=0.4, mirrored_before_fix=False))),
]


def test_mean_and_spread_over_seeds():
    one = MEASURED[1]
    assert one.mean("n_mpjpe") == 100
    assert one.spread("n_mpjpe") == pytest.approx(200**0.5)
    assert Measured(FULL, (result(0, 90.0),)).spread("n_mpjpe") is None
    assert Measured(FULL).mean("cps") is None
    assert one.worlds == "1 of 2, margin 0.40"


def test_markdown_has_the_papers_numbers_beside_ours():
    text = markdown(TABLE_4, MEASURED, "people")
    assert "the paper's numbers are of human36m, ours of people" in text
    assert "| self | full | 81.9 | 100.0 ± 14.1 | 53.0 | 50.0 ± 7.1 | 167.6 | 100.0 |" in text
    assert "| self | 2 cams | 82.7 |  | 61.2 |  | 148.5 |  |  |  |" in text
    assert text.endswith("- '2 cams' cannot be trained on here.\n")


def test_every_line_of_a_table_has_as_many_cells():
    for table in TABLES.values():
        lines = markdown(table, [Measured(row) for row in table.rows], "x").splitlines()
        cells = {line.count("|") for line in lines if line.startswith("|")}
        assert len(cells) == 1


def test_csv_has_a_line_a_training():
    rows = list(csv.DictReader(io.StringIO(csv_text(TABLE_4, MEASURED, "people"))))
    assert [row["method"] for row in rows] == ["2 cams", "full", "full"]
    assert [row["seed"] for row in rows] == ["", "0", "1"]
    assert rows[1]["n_mpjpe"] == "90.0"
    assert rows[0]["paper_n_mpjpe"] == "82.7"


def test_a_method_of_the_literature_has_no_seeds():
    row = Row("HMR", {"p_mpjpe": 66.5}, "weak", method="literature")
    assert "| weak | HMR |  |  | 66.5 |" in markdown(TABLES["table1"], [Measured(row)], "x")
