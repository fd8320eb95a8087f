from dataclasses import replace

import numpy as np
import pytest

from canonpose.exporters.overlay.pictures import BY_FRAME, by_picture
from walking import walking


@pytest.mark.parametrize("told", [True, False])
def test_pictures_show_the_poses_named_for_them_or_nobody(told):
    poses = walking(4)
    poses = replace(poses, sigma=poses.scores / 10 if told else None)
    shown = by_picture(poses, np.array([-1, 0, 0, 2]))
    assert (shown.sigma is not None) == told
    for name in BY_FRAME[: None if told else -1]:
        before, after = getattr(poses, name), getattr(shown, name)
        np.testing.assert_array_equal(after[1:], before[[0, 0, 2]])
        assert np.isnan(after[0]).all() if name != "scores" else not after[0].any()
    assert np.isfinite(poses.positions).all()  # what was given is left alone
