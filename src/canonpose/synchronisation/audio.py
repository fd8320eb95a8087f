"""The shift between two recordings of the same sound.

Microphones differ in gain, place and echo, so that not the waves are compared but when sounds
begin: rises of the logarithmic energy, band by band. Sound takes 3 ms a metre, and a video's sound
may be off its pictures by some ten milliseconds; what sound says is good to a frame or two.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Float
from scipy import fft
from scipy.ndimage import gaussian_filter1d

from canonpose.shifts.correlation import Curve
from canonpose.shifts.merging import peak_and_rival

HOP = 0.005
"""Seconds from one value of the envelope to the next."""
BANDS = 6
LOWEST = 200.0
"""Hertz; wind and handling noise lie below."""
LEAST_OVERLAP = 1.0
"""Seconds."""
SHARPNESS = 0.006
"""Seconds by which onsets are blurred, as echoes differ."""
HALF = 0.12
"""Seconds x nats; as in `canonpose.shifts.confidence`."""
STEEPNESS = 3.0


@dataclass(frozen=True, eq=False)
class AudioShift:
    """What two recordings say."""

    seconds: float
    """The second at t + seconds sounds as the first at t, in seconds from their first samples."""
    confidence: float
    """0..1."""
    curve: Curve


def audio_shift(
    first: Float[np.ndarray, " sample"], second: Float[np.ndarray, " other"], rate: int
) -> AudioShift | None:
    """The shift between two sounds; None where one is silent or too short.

    Parameters
    ----------
    first, second : array
        Samples of any gain.
    rate : int
        Samples a second of both.
    """
    envelopes = [onsets(sound.astype(np.float64), rate) for sound in (first, second)]
    if any(len(e) * HOP < LEAST_OVERLAP or not e.any() for e in envelopes):
        return None
    curve = _correlated(*envelopes)
    place, best, rival = peak_and_rival(curve)
    value = 1 / (1 + (HALF / max(best - rival, 1e-9)) ** STEEPNESS)
    return AudioShift(_vertex(curve, place), float(value), curve)


def onsets(sound: Float[np.ndarray, " sample"], rate: int) -> Float[np.ndarray, "hop band"]:
    """How much louder each band becomes, of zero mean and unit variance; 0 for silence."""
    hop = round(HOP * rate)
    window = 4 * hop
    if len(sound) < window + hop:
        return np.zeros((0, BANDS))
    frames = np.lib.stride_tricks.sliding_window_view(sound, window)[::hop]
    power = np.abs(fft.rfft(frames * np.hanning(window), axis=1)) ** 2
    frequencies = fft.rfftfreq(window, 1 / rate)
    edges = np.geomspace(LOWEST, rate / 2, BANDS + 1)
    bands = np.stack(
        [
            power[:, (frequencies >= low) & (frequencies <= high)].sum(1)
            for low, high in pairwise(edges)
        ],
        axis=1,
    )
    floor = bands.mean(0)
    loud = np.log(bands + np.where(floor > 0, floor, 1))
    rises = np.maximum(np.diff(loud, axis=0, prepend=loud[:1]), 0)
    rises = gaussian_filter1d(rises, SHARPNESS / HOP, axis=0)
    scale = rises.std(0)
    return (rises - rises.mean(0)) / np.where(scale > 1e-9, scale, np.inf)


def _correlated(
    first: Float[np.ndarray, "hop band"], second: Float[np.ndarray, "other band"]
) -> Curve:
    """Evidence at every lag: seconds of overlap x -log(1 - r^2) / 2 for positive r."""
    length = int(fft.next_fast_len(len(first) + len(second), real=True))
    lags = np.arange(-(len(first) - 1), len(second))

    def at_all_lags(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        spectra = fft.rfft(one, length, axis=0).conj() * fft.rfft(other, length, axis=0)
        return fft.irfft(spectra.sum(1), length)[lags]

    across = at_all_lags(first, second)
    of_first = at_all_lags(first**2, np.ones_like(second))
    of_second = at_all_lags(np.ones_like(first), second**2)
    overlap = np.minimum(len(first), len(second) - lags) - np.maximum(0, -lags)
    size = np.sqrt(np.maximum(of_first * of_second, 1e-9))
    alike = np.clip(across / size, 0, 0.999)
    evidence = -0.5 * overlap * HOP * np.log1p(-(alike**2))
    evidence = np.where(overlap * HOP >= LEAST_OVERLAP, evidence, 0)
    return Curve(evidence, int(lags[0]), 1 / HOP, overlap * HOP)


def _vertex(curve: Curve, place: int) -> float:
    """The top of the parabola through a peak and its neighbours, seconds."""
    if not 0 < place < len(curve.evidence) - 1:
        return float(curve.lags[place])
    left, top, right = curve.evidence[place - 1 : place + 2]
    bend = left - 2 * top + right
    shift = 0.5 * (left - right) / bend if bend < 0 else 0.0
    return float((curve.first + place + np.clip(shift, -0.5, 0.5)) / curve.rate)
