import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from canonpose.shifts.confidence import SURE
from canonpose.synchronisation.audio import audio_shift

RATE = 8000


def speech(random, seconds):
    """Noise that swells and fades like syllables."""
    samples = int(seconds * RATE)
    swell = np.abs(sosfilt(butter(2, 5, fs=RATE, output="sos"), random.standard_normal(samples)))
    sound = random.standard_normal(samples) * swell
    return sound / sound.std()


def claps(random, seconds, count):
    sound = np.zeros(int(seconds * RATE))
    for start in random.integers(0, len(sound) - 800, count):
        sound[start : start + 800] += 6 * random.standard_normal(800) * np.exp(-np.arange(800) / 80)
    return sound


def recorded(world, start, gain, random):
    first = int(start * RATE)
    part = world[first : first + 12 * RATE]
    return gain * (part + 0.3 * speech(random, 12)[: len(part)])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("shift", [-2.37, 0.0, 1.113])
def test_claps_and_speech_at_different_gains(seed, shift):
    random = np.random.default_rng(seed)
    world = claps(random, 20, 8) + speech(random, 20)
    found = audio_shift(
        recorded(world, 3, 0.02, random), recorded(world, 3 - shift, 0.8, random), RATE
    )
    assert found.seconds == pytest.approx(shift, abs=0.003)
    assert found.confidence > SURE


def test_different_sounds_are_not_sure():
    for seed in range(5):
        random = np.random.default_rng(seed)
        worlds = [claps(random, 20, 8) + speech(random, 20) for _ in range(2)]
        found = audio_shift(*(recorded(world, 3, 1, random) for world in worlds), RATE)
        assert found.confidence < 0.5


def test_silence_says_nothing():
    sound = speech(np.random.default_rng(0), 5)
    assert audio_shift(sound, np.zeros(5 * RATE), RATE) is None
    assert audio_shift(sound, sound[:400], RATE) is None
