from pathlib import Path

import numpy as np
import pytest

from canonpose.flips.mending import mend_flips
from canonpose.readers import read_keypoints
from canonpose.shifts.step import out_of_step, shifted_views
from shifts.dance import ROUND, dance, exchanged

AISTPP = Path(__file__).parents[3] / "shared" / "data" / "aistpp"


def test_who_is_out_of_step_is_told_though_mending_makes_it_fit():
    views = dance(late="c1")
    mended, _ = mend_flips(views)
    assert shifted_views(mended) == []
    (astray,) = out_of_step(views, mended)
    assert astray.camera == "c1"
    assert astray.frames == pytest.approx(-ROUND, abs=1)
    assert "camera 'c1' seems to begin 75." in str(astray) and "later" in str(astray)


@pytest.mark.parametrize("share", [0, 0.5, 1])
def test_who_is_in_step_is_not_doubted_whatever_was_exchanged(share):
    views = dance()
    frames = np.arange(len(views["c2"])) % 50 < 50 * share
    views["c2"] = exchanged(views["c2"], frames)
    mended, _ = mend_flips(views)
    assert out_of_step(views, mended) == []


def test_views_without_keypoints_have_no_say():
    views = dance(late="c1")
    blind = exchanged(views["c3"])
    blind.scores[:] = 0
    (astray,) = out_of_step({**views, "c3": blind}, {**views, "c3": blind, "c1": blind})
    assert astray.camera == "c1"
    assert out_of_step({"c0": views["c0"], "c3": blind}, views) == []


@pytest.mark.skipif(
    not (AISTPP / "train" / "ch01").is_dir(), reason=f"AIST++ keypoints are not in {AISTPP}"
)
def test_exchanged_limbs_that_speak_for_a_shift_fit_better_mended():
    views = {
        c: read_keypoints(AISTPP / "train" / "ch01" / f"{c}.npz") for c in ("c02", "c04", "c07")
    }
    views["c04"] = exchanged(views["c04"], np.arange(len(views["c04"])) % 50 < 40)
    assert [one.camera for one in shifted_views(views)] == ["c04"]
    mended, _ = mend_flips(views)
    assert out_of_step(views, mended) == []
