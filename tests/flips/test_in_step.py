import numpy as np
import pytest

from canonpose.errors import InputWarning
from canonpose.flips.in_step import mend_in_step
from canonpose.readers import read_capture
from canonpose.synchronisation.check import check_synchronisation
from canonpose.training.store import pack
from shifts.dance import SKELETON, dance, exchanged
from synthetic_files import write_npz

SOME = slice(40, 60)


def test_a_camera_out_of_step_stays_as_it_is_and_the_others_are_mended():
    expected, views = dance(late="c1"), dance(late="c1")
    views["c2"] = exchanged(views["c2"], SOME)
    mended, notes = mend_in_step(views)
    assert list(mended) == list(views)
    assert mended["c1"] is views["c1"]
    np.testing.assert_array_equal(mended["c2"].positions, expected["c2"].positions)
    swapped, kept = notes
    assert swapped.startswith("camera 'c2': left and right limbs swapped back in 20 frames")
    assert kept.startswith("camera 'c1' seems to begin 75.") and "`canonpose sync`" in kept


def test_in_step_all_are_mended():
    expected, views = dance(), dance()
    views["c2"] = exchanged(views["c2"])
    views["c3"] = exchanged(views["c3"], SOME)
    mended, notes = mend_in_step(views)
    assert len(notes) == 2
    for camera, view in expected.items():
        seen = mended[camera].seen
        assert seen.mean() > 0.95
        np.testing.assert_array_equal(mended[camera].positions[seen], view.positions[seen])


@pytest.mark.parametrize("cameras", [("c0", "c1", "c2"), ("c0", "c1", "c2", "c3")])
def test_a_capture_out_of_step_raises_the_alarm_though_limbs_seem_exchanged(tmp_path, cameras):
    for camera, view in dance(late="c1").items():
        seen = np.concatenate([view.positions, view.scores[..., None]], -1)
        seen = seen[:, SKELETON.indices(SKELETON.detected)]
        if camera in cameras:
            write_npz(tmp_path / "take" / f"{camera}.npz", seen, fps=25.0)
    capture = read_capture(tmp_path / "take")
    assert not any("swapped" in note for note in capture.notes)
    (doubt,) = check_synchronisation(capture)
    assert doubt.camera == "c1"
    assert doubt.frames == pytest.approx(-75, abs=1)
    with pytest.warns(InputWarning, match="camera 'c1' seems to begin 7.* later"):
        pack(tmp_path / "take", tmp_path / "store")
