"""How well two cameras' motion fits at every shift: canonical correlation, all shifts at once.

Two affine cameras that stand still share one direction: the epipolar lines. However they are
turned, there are directions e and e' in the two images along which every joint's displacement is
the same but for a factor, at every moment. Canonical correlation finds the two directions and says
how much is shared; the second pair of directions adds what else is alike where the cameras stand
close to or opposite each other. Nothing of it depends on an image's scale, rotation or shear, and
no calibration is needed.

The covariances at all shifts are correlations in time, summed over the joints, so that a few
Fourier transforms give all of them (the sums over the overlap alone, as weights take part).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Complex, Float
from scipy import fft

from canonpose.shifts.signals import Signals

JITTER = 0.005
"""Body sizes; motion smaller than a detector's jitter fits nothing (added to the variances)."""
LEAST_OVERLAP = 0.5
"""Seconds that two cameras must share."""


@dataclass(frozen=True, eq=False)
class Curve:
    """How much speaks for every shift between two cameras (or groups of cameras)."""

    evidence: Float[np.ndarray, " lag"]
    """Weighted seconds of overlap x mutual information (nats); 0 or more."""
    first: int
    """The lag of the first entry, in samples: the second camera's sample t + lag shows what the
    first one's sample t shows."""
    rate: float
    """Samples a second."""
    overlap: Float[np.ndarray, " lag"]
    """Weighted seconds that the cameras share, summed over their pairs."""

    @property
    def lags(self) -> Float[np.ndarray, " lag"]:
        """Seconds."""
        return (self.first + np.arange(len(self.evidence))) / self.rate

    def reversed(self) -> "Curve":
        """The same with the two cameras exchanged."""
        last = self.first + len(self.evidence) - 1
        return Curve(self.evidence[::-1], -last, self.rate, self.overlap[::-1])

    def around(self, lag: int, reach: int) -> "Curve":
        """The information within so many samples of a lag, times the overlap at the lag.

        Evidence grows with the overlap, which would draw a precise offset towards more of it. The
        lags are relative to the one given; nothing speaks where the cameras do not overlap.
        """
        place = lag - self.first
        near = place + np.arange(-reach, reach + 1)
        inside = (near >= 0) & (near < len(self.evidence))
        here = self.overlap[place] if 0 <= place < len(self.evidence) else 0.0
        values = np.zeros(len(near))
        there = near[inside]
        values[inside] = self.evidence[there] / np.maximum(self.overlap[there], 1e-9) * here
        return Curve(values, -reach, self.rate, np.full(len(near), here))

    def shifted(self, samples: int) -> "Curve":
        """The same with all lags increased."""
        return replace(self, first=self.first + samples)


@dataclass(frozen=True, eq=False)
class Spectra:
    """Fourier transforms of one camera's signals, which all its pairs need."""

    weight: Complex[np.ndarray, "joint frequency"]
    weighted: Complex[np.ndarray, "2 joint frequency"]
    squares: Complex[np.ndarray, "3 joint frequency"]
    """Of weight x (xx, xy, yy)."""
    samples: int
    length: int
    """Of the transform."""
    rate: float

    @classmethod
    def of(cls, signals: Signals, length: int) -> "Spectra":
        """Those of a transform that is long enough for both cameras behind each other."""
        x, y = np.moveaxis(signals.values, -1, 0)
        products = np.stack([x * x, x * y, y * y])

        def transform(values: np.ndarray) -> np.ndarray:
            return fft.rfft(np.swapaxes(values, -1, -2), length, axis=-1)

        return cls(
            weight=transform(signals.weights),
            weighted=transform(np.stack([x, y]) * signals.weights),
            squares=transform(products * signals.weights),
            samples=len(signals),
            length=length,
            rate=signals.rate,
        )

    def of_joint(self, joint: int) -> "Spectra":
        """Those of one joint alone."""
        kept = (..., slice(joint, joint + 1), slice(None))
        return replace(
            self,
            weight=self.weight[kept],
            weighted=self.weighted[kept],
            squares=self.squares[kept],
        )


def transform_length(samples: Sequence[int]) -> int:
    """A fast length at which no two of the cameras overlap from behind."""
    longest = sorted(samples)[-2:]
    return int(fft.next_fast_len(sum(longest), real=True))


def correlate(first: Spectra, second: Spectra, *, centred: bool = False) -> Curve:
    """The evidence for every lag of the second camera against the first.

    Parameters
    ----------
    first, second : Spectra
        Of one transform length.
    centred : bool
        Whether to take, at every lag, each joint around its mean over the overlap.
    """
    lags = np.arange(-(first.samples - 1), second.samples)

    def at_all_lags(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Sum over joints and time of one[t] x other[t + lag]."""
        total = np.einsum("...jf,...jf->...f", one.conj(), other)
        return fft.irfft(total, first.length, axis=-1)[..., lags]

    joints = first.weight.shape[0]
    overlap = at_all_lags(first.weight, second.weight).clip(0)
    of_first = _symmetric(at_all_lags(first.squares, second.weight[None]))
    of_second = _symmetric(at_all_lags(first.weight[None], second.squares))
    across = np.moveaxis(at_all_lags(first.weighted[:, None], second.weighted[None]), -1, 0)
    if centred:
        for joint in range(joints):
            means = _of_means(first.of_joint(joint), second.of_joint(joint), at_all_lags)
            of_first, of_second = of_first - means[0], of_second - means[1]
            across = across - means[2]
    jitter = (JITTER**2 * overlap + 1e-9)[:, None, None] * np.eye(2)
    information = mutual_information(of_first + jitter, of_second + jitter, across)
    seconds = overlap / joints / first.rate
    evidence = np.where(seconds >= LEAST_OVERLAP, seconds * information, 0)
    return Curve(evidence, int(lags[0]), first.rate, seconds)


def _of_means(
    first: Spectra, second: Spectra, at_all_lags: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What one joint's means over the overlap add to the three sums of products, at every lag."""
    overlap = np.maximum(at_all_lags(first.weight, second.weight), 1e-9)[:, None, None]
    one = at_all_lags(first.weighted, second.weight[None]).T
    other = at_all_lags(first.weight[None], second.weighted).T
    return (
        one[:, :, None] * one[:, None] / overlap,
        other[:, :, None] * other[:, None] / overlap,
        one[:, :, None] * other[:, None] / overlap,
    )


def mutual_information(
    of_first: Float[np.ndarray, "lag 2 2"],
    of_second: Float[np.ndarray, "lag 2 2"],
    across: Float[np.ndarray, "lag 2 2"],
) -> Float[np.ndarray, " lag"]:
    """Nats that two images' displacements tell of each other, were they Gaussian.

    Minus half the logarithm of the product of 1 - r^2 over both canonical correlations r, which
    is the determinant of the joint covariance over those of its two blocks.
    """
    explained = np.swapaxes(across, -1, -2) @ np.linalg.solve(of_first, across)
    share = np.linalg.det(of_second - explained) / np.linalg.det(of_second)
    return -0.5 * np.log(np.clip(share, 1e-6, 1))


def _symmetric(terms: Float[np.ndarray, "3 lag"]) -> Float[np.ndarray, "lag 2 2"]:
    xx, xy, yy = terms
    return np.stack([np.stack([xx, xy], -1), np.stack([xy, yy], -1)], -2)


def agreed(first: Curve, second: Curve) -> Curve:
    """The smaller of two readings' evidence at every lag; both must speak for it."""
    return replace(first, evidence=np.minimum(first.evidence, second.evidence))
