"""Real detections in numbers: confidences, errors by confidence, and differences between joints.

Fitted to COCO-17 detections of AIST++ (24 views of 720 frames at 60 fps, one dancer), against
robust triangulation of the same detections with a calibration, which makes errors look somewhat
smaller than they are. ``benchmarks/detection_noise.py`` prints the measured beside the simulated.
"""

from typing import NamedTuple

import numpy as np

SCORE_SHARES, SCORE_QUANTILES = np.array(
    [
        (0, 0.0005),
        (0.01, 0.001),
        (0.02, 0.003),
        (0.05, 0.017),
        (0.1, 0.095),
        (0.15, 0.287),
        (0.2, 0.423),
        (0.3, 0.578),
        (0.4, 0.665),
        (0.5, 0.732),
        (0.6, 0.789),
        (0.7, 0.835),
        (0.8, 0.876),
        (0.9, 0.945),
        (0.95, 0.98),
        (0.99, 0.999),
        (1, 1),
    ]
).T
"""Of all 17 joints of the real detections."""
ERROR_SCORES = np.array([0.05, 0.15, 0.25, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.95])
ERROR_MEDIANS = np.array([2.50, 2.40, 2.15, 2.03, 1.85, 1.57, 1.05, 0.75, 0.59, 0.43]) / 100
"""Median error over the person's height in pixels, by confidence."""
TAIL_SCORES = np.array([0.0, 0.3, 0.8, 0.95])
TAIL_FACTORS = np.array([1.5, 1.1, 0.9, 0.5])
"""Of ``NoiseConfig.tail``, by confidence."""
MEDIAN_OF_RADIUS = np.sqrt(2 * np.log(2))
"""Of the length of two standard normal numbers."""


class Difficulty(NamedTuple):
    """What sort of joint: mean and spread of its hidden number, and factors of its errors."""

    mean: float
    spread: float
    sure: float
    """Where the confidence is at least ``UNSURE``."""
    unsure: float


UNSURE = 0.3
PLAIN = Difficulty(0.1, 0.6, 1.0, 1.3)
DIFFICULTY = {
    "nose": Difficulty(1.3, 0.72, 1.03, 1.0),
    "eye": Difficulty(0.8, 1.6, 0.82, 0.85),
    "ear": Difficulty(-0.2, 1.75, 0.85, 0.65),
    "shoulder": Difficulty(0.05, 0.58, 1.15, 1.45),
    "elbow": Difficulty(-0.1, 0.78, 1.0, 1.75),
    "wrist": Difficulty(-0.22, 0.82, 1.05, 2.0),
    "hand": Difficulty(-0.3, 0.85, 1.1, 2.0),
    "hip": Difficulty(-0.42, 0.31, 1.25, 1.3),
    "knee": Difficulty(0.14, 0.51, 1.0, 1.35),
    "ankle": Difficulty(0.19, 0.54, 0.87, 1.2),
}
"""By the last word of a joint's name; the others are like ``PLAIN``."""
