import numpy as np
import pytest

from canonpose.video.frames import read_frames
from canonpose.video.timestamps import frame_times
from synthetic_videos import moving_disc, write_video

UNEVEN = np.cumsum(np.random.default_rng(0).uniform(0.02, 0.08, 30)).round(4)


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("times", [None, UNEVEN.tolist()])
def test_they_are_those_of_the_decoded_frames(tmp_path, container, times):
    path = write_video(tmp_path / f"a.{container}", moving_disc(30), times=times)
    decoded = [frame.time for frame in read_frames(path)]
    np.testing.assert_array_equal(frame_times(path), decoded)


def test_formats_without_an_index_have_none(tmp_path):
    assert frame_times(write_video(tmp_path / "a.avi", moving_disc(5), codec="mpeg4")) is None
