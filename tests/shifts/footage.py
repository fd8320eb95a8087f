"""Synthetic people before cameras whose clocks differ."""

from collections.abc import Sequence

import numpy as np
from scipy.interpolate import CubicSpline

from canonpose.shifts.views import Watched
from canonpose.skeleton import layout
from synthetic_people import RING3, Ring, bodies, turning

SKELETON = layout("coco17")
RATE = 25.0


def world(seconds: float, seed: int = 0) -> CubicSpline:
    """A moving body as a function of time in seconds."""
    frames = int(seconds * RATE) + 1
    points = turning(bodies(frames, SKELETON, seed=seed), seed=seed)
    return CubicSpline(np.arange(frames) / RATE, points)


def film(
    motion: CubicSpline,
    starts: Sequence[float],
    *,
    seconds: float = 8.0,
    rates: Sequence[float] | None = None,
    drifts: Sequence[float] | None = None,
    ring: Ring = RING3,
    noise: float = 0.5,
    seed: int = 0,
) -> list[Watched]:
    """What cameras see that start at world times (seconds), with clocks fast by ppm."""
    random = np.random.default_rng([seed, 7])
    views = []
    for camera, start in enumerate(starts):
        rate = float(rates[camera]) if rates else RATE
        pace = 1 + (drifts[camera] if drifts else 0) / 1e6
        times = np.arange(int(seconds * rate)) / rate
        pixels = ring.see(motion(start + times / pace))[:, camera]
        pixels = pixels + noise * random.standard_normal(pixels.shape)
        seen = np.concatenate([pixels, np.ones((*pixels.shape[:2], 1))], axis=-1)
        views.append(Watched(f"c{camera}", (seen,), times, rate))
    return views
