"""Clocks that run at different speeds: offsets of successive windows, and a line through them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares

from canonpose.shifts.estimate import pair_curves
from canonpose.shifts.merging import solve
from canonpose.shifts.signals import Signals

WINDOW = 2.0
"""Seconds, at least."""
MOST_WINDOWS = 24
FEWEST_WINDOWS = 4
"""With fewer there is no telling a drift from the scatter."""
REACH = 0.25
"""Seconds that a window's offset may differ from the whole take's."""
SIGNIFICANT = 4.0
"""Standard errors."""
LEAST = 0.5
"""Samples by which the clocks part over the take; less is not worth an interpolation."""


@dataclass(frozen=True, eq=False)
class Drift:
    """What the windows of a take say of one camera against the first."""

    ppm: float
    """How fast the camera's clock runs; 0 where that is not significant."""
    offset: float
    """Seconds, at the first camera's time 0."""
    standard_error: float
    """Of the drift, ppm; infinite where there are too few windows."""


def drifts(
    signals: Sequence[Sequence[Signals]], offsets: Float[np.ndarray, " camera"]
) -> list[Drift]:
    """The drift of every camera against the first one.

    Parameters
    ----------
    signals : sequence
        Of every camera's people.
    offsets : array
        Seconds, as estimated from the whole take.
    """
    starts, length = _windows(signals, offsets)
    if len(starts) < FEWEST_WINDOWS:
        return [Drift(0.0, float(offset), np.inf) for offset in offsets]
    rate = signals[0][0].rate
    found = np.stack([_window_offsets(signals, offsets, start, length) for start in starts])
    times = (starts + length / 2) / rate
    return [
        Drift(0.0, 0.0, 0.0) if camera == 0 else _line(times, found[:, camera], float(offset), rate)
        for camera, offset in enumerate(offsets)
    ]


def _windows(
    signals: Sequence[Sequence[Signals]], offsets: Float[np.ndarray, " camera"]
) -> tuple[Float[np.ndarray, " window"], int]:
    """First samples, on the first camera's clock, and length of windows that all cameras cover."""
    rate = signals[0][0].rate
    lengths = np.array([len(people[0]) for people in signals])
    begin = int(np.ceil(max((-offsets * rate).max(), 0)))
    end = int(np.floor((lengths - offsets * rate).min()))
    length = int(max(WINDOW * rate, (end - begin) / MOST_WINDOWS))
    count = max((end - begin) // length, 0)
    return begin + np.arange(count, dtype=np.float64) * length, length


def _window_offsets(
    signals: Sequence[Sequence[Signals]],
    offsets: Float[np.ndarray, " camera"],
    start: float,
    length: int,
) -> Float[np.ndarray, " camera"]:
    """Offsets in one window, near those of the whole take."""
    rate = signals[0][0].rate
    begins = np.round(start + offsets * rate).astype(int)
    cut = [
        [_cut(person, int(begin), length) for person in people]
        for people, begin in zip(signals, begins, strict=True)
    ]
    reach = int(REACH * rate)
    near = {pair: curve.around(0, reach) for pair, curve in pair_curves(cut, centred=True).items()}
    return solve(near, len(signals)).offsets + (begins - begins[0]) / rate


def _cut(signals: Signals, begin: int, length: int) -> Signals:
    kept = slice(max(begin, 0), max(begin, 0) + length)
    return replace(signals, values=signals.values[kept], weights=signals.weights[kept])


def _line(
    times: Float[np.ndarray, " window"],
    found: Float[np.ndarray, " window"],
    offset: float,
    rate: float,
) -> Drift:
    """A robust straight line through the windows' offsets."""
    middle = times.mean()
    spread = max(1.4826 * float(np.median(np.abs(found - np.median(found)))), 1e-3 / rate)

    def residuals(line: np.ndarray) -> np.ndarray:
        return (found - line[0] - line[1] * (times - middle)) / spread

    fit = least_squares(residuals, [np.median(found), 0.0], loss="soft_l1", x_scale=[1, 1e-3])
    inliers = np.abs(fit.fun) <= 3
    scatter = spread * np.sqrt((fit.fun[inliers] ** 2).sum() / max(inliers.sum() - 2, 1))
    error = scatter / np.sqrt(((times[inliers] - middle) ** 2).sum())
    level, slope = fit.x
    parted = abs(slope) * np.ptp(times) * rate
    if inliers.sum() < FEWEST_WINDOWS or abs(slope) < SIGNIFICANT * error or parted < LEAST:
        return Drift(0.0, offset, float(error * 1e6))
    return Drift(float(slope * 1e6), float(level - slope * middle), float(error * 1e6))
