import numpy as np
import pytest

from canonpose.errors import InputError
from canonpose.readers import read_capture
from synthetic_files import body, view, write_npz

FRAMES = 100
SUBJECT = body(FRAMES, seed=0)


def test_no_frame_in_which_two_cameras_see_the_person(tmp_path):
    first, second = view(SUBJECT, 0), view(SUBJECT, 60)
    first[:50], second[50:] = (np.nan, np.nan, 0), (np.nan, np.nan, 0)
    write_npz(tmp_path / "take" / "c1.npz", first)
    write_npz(tmp_path / "take" / "c2.npz", second)
    with pytest.raises(InputError, match=r"take 'take': no common frames.*\[offsets\]"):
        read_capture(tmp_path / "take")
