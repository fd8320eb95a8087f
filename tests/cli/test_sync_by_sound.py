"""Videos in which nobody moves, which only their sound can bring together."""

import numpy as np
import pytest

from canonpose.cli.main import main
from canonpose.readers.capture_toml import read_capture_toml
from synthetic_videos import DISCS, disc, write_video

FPS = 20
RATE = 16000
SECONDS = 6
LATE = 1.35
"""Seconds after the first that the second camera begins: 27 frames."""


def claps(seconds):
    """Bursts of noise at uneven moments, over a little hiss."""
    random = np.random.default_rng(0)
    sound = 0.005 * random.standard_normal(round(seconds * RATE))
    for second in np.cumsum(random.uniform(0.2, 0.7, 40)):
        first = round(second * RATE)
        burst = random.standard_normal(2000) * np.exp(-np.arange(2000) / 250)
        there = sound[first : first + 2000]
        there += 0.2 * burst[: len(there)]
    return np.clip(sound, -1, 1)


def filmed(folder, containers, sounds):
    folder.mkdir()
    still = [disc([(30, 24)])] * (FPS * SECONDS)
    for camera, (container, codec), sound in zip("ab", containers, sounds, strict=True):
        recorded = None if sound is None else (sound, RATE)
        path = folder / f"{camera}.{container}"
        write_video(path, still, fps=FPS, sound=recorded, sound_codec=codec)
    return folder


@pytest.mark.parametrize(
    "containers", [[("mp4", "aac"), ("mov", "pcm_s16le")], [("mkv", "flac"), ("mp4", "aac")]]
)
def test_the_shift_is_found_by_sound_alone(tmp_path, capsys, containers):
    world = claps(SECONDS + LATE)
    first, second = (world[round(start * RATE) :][: SECONDS * RATE] for start in (0, LATE))
    folder = filmed(tmp_path / "footage", containers, [first, 0.1 * second])
    assert main(["sync", str(folder), *DISCS]) == 0, capsys.readouterr().err
    assert read_capture_toml(folder).offsets == {"b": pytest.approx(-LATE * FPS, abs=0.5)}
    assert "sound" in capsys.readouterr().out


@pytest.mark.parametrize("sound", [None, np.zeros(SECONDS * RATE)])
def test_silent_videos_of_somebody_who_stands_still_are_refused(tmp_path, capsys, sound):
    folder = filmed(tmp_path / "footage", [("mp4", "aac")] * 2, [claps(SECONDS), sound])
    assert main(["sync", str(folder), *DISCS]) == 2
    said = capsys.readouterr().err
    assert "too little movement" in said
    assert "no sound" in said
    assert not (folder / "capture.toml").exists()
