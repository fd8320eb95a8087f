import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.metrics.correct_poses import cps_curve_of, cps_of
from canonpose.metrics.plots import plot_cps_curves

ERRORS = np.random.default_rng(0).gamma(8, 20, (400, 5))


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml")])
def test_picture(tmp_path, name, start):
    plot_cps_curves({"fast": cps_curve_of(ERRORS)}, tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(start)


def test_the_legend_gives_the_score(tmp_path):
    curves = {"fast": cps_curve_of(ERRORS), "paper": cps_curve_of(ERRORS * 1.3)}
    plot_cps_curves(curves, tmp_path / "sampled.svg")
    plot_cps_curves(curves, tmp_path / "exact.svg", scores={"fast": 123.4, "paper": 5.6})
    assert "CPS 123.4 mm" in (tmp_path / "exact.svg").read_text()
    assert f"fast: CPS {cps_of(ERRORS):.0f}" in (tmp_path / "sampled.svg").read_text()


def test_nowhere_to_write(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot be written"):
        plot_cps_curves({"a": cps_curve_of(ERRORS)}, tmp_path / "file" / "a.png")
