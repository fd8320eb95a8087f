import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.figures import figure5
from canonpose.metrics.correct_poses import cps_curve_of, cps_of

ERRORS = np.random.default_rng(0).gamma(8, 10, (1000, 5))


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_scores_and_picture(tmp_path, ending):
    drawn = figure5({"ours": ERRORS, "other": 2 * ERRORS}, tmp_path / f"a.{ending}")
    assert (tmp_path / f"a.{ending}").stat().st_size > 1000
    assert drawn.cps == {"ours": cps_of(ERRORS), "other": cps_of(2 * ERRORS)}


def test_the_legend_has_the_exact_score(tmp_path):
    drawn = figure5({"ours": ERRORS}, tmp_path / "a.svg")
    assert f"CPS {drawn.cps['ours']:.1f} mm" in (tmp_path / "a.svg").read_text()


def test_one_percent_is_passed_just_above_the_threshold_told(tmp_path):
    start = figure5({"ours": ERRORS}, tmp_path / "a.png").first_percent["ours"]
    thresholds, correct = cps_curve_of(ERRORS)
    assert (correct[thresholds <= start] <= 1).all()
    assert correct[thresholds >= start + 1].min() > 1


def test_poses_that_were_not_scored_do_not_count(tmp_path):
    holes = np.concatenate([ERRORS, np.full((500, 5), np.nan)])
    assert figure5({"a": holes}, tmp_path / "a.png") == figure5({"a": ERRORS}, tmp_path / "b.png")


def test_errors_are_one_sentence(tmp_path):
    with pytest.raises(InputError, match="no method to draw"):
        figure5({}, tmp_path / "a.png")
    with pytest.raises(InputError, match="b: no pose was scored"):
        figure5({"a": ERRORS, "b": np.full((3, 5), np.nan)}, tmp_path / "a.png")
