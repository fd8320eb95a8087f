from fractions import Fraction

import av
import numpy as np
import pytest

from canonpose.video.audio import read_audio
from synthetic_videos import moving_disc, write_video

RATE = 48000


def write_with_sound(path, samples, delay=0.0):
    """A second of video, and sound that begins some time after its first frame."""
    with av.open(str(path), "w") as out:
        pictures = out.add_stream("libx264", rate=25)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 48, "yuv420p"
        sound = out.add_stream("pcm_s16le", rate=RATE, layout="stereo")
        for image in moving_disc(25):
            out.mux(pictures.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(pictures.encode(None))
        for start in range(0, len(samples), 1024):
            part = samples[start : start + 1024]
            both = np.repeat((part * 32767).astype(np.int16), 2)[None]
            frame = av.AudioFrame.from_ndarray(both, format="s16", layout="stereo")
            frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
            frame.pts = start + round(delay * RATE)
            out.mux(sound.encode(frame))
        out.mux(sound.encode(None))
    return path


@pytest.mark.parametrize("delay", [0.0, 0.3])
def test_a_click_lies_where_it_was(tmp_path, delay):
    samples = np.zeros(RATE)
    samples[RATE // 2 : RATE // 2 + 200] = 0.9
    path = write_with_sound(tmp_path / "a.mkv", samples, delay)
    found, start = read_audio(path, rate=8000)
    assert found.dtype == np.float32
    assert start == pytest.approx(delay, abs=2e-3)
    click = np.flatnonzero(np.abs(found) > 0.4)[0] / 8000 + start
    assert click == pytest.approx(0.5 + delay, abs=2e-3)
    assert len(found) == pytest.approx(8000, abs=20)


def test_no_sound(tmp_path):
    assert read_audio(write_video(tmp_path / "a.mp4", moving_disc(3))) is None
