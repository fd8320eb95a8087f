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

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Complex, Float
from scipy import fft

from canonpose.synchronisation.signals import Signals

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
    overlap: Float[np.ndarray, " lag"] | None = None
    """Weighted seconds that the two cameras share, for two cameras alone."""

    @property
    def lags(self) -> Float[np.ndarray, " lag"]:
        """Seconds."""
        return (self.first + np.arange(len(self.evidence))) / self.rate

    def reversed(self) -> "Curve":
        """The same with the two cameras exchanged."""
        last = self.first + len(self.evidence) - 1
        overlap = None if self.overlap is None else self.overlap[::-1]
        return Curve(self.evidence[::-1], -last, self.rate, overlap)

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


def transform_length(samples: Sequence[int]) -> int:
    """A fast length at which no two of the cameras overlap from behind."""
    longest = sorted(samples)[-2:]
    return int(fft.next_fast_len(sum(longest), real=True))


def correlate(first: Spectra, second: Spectra) -> Curve:
    """The evidence for every lag of the second camera against the first."""
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
    jitter = (JITTER**2 * overlap + 1e-9)[:, None, None] * np.eye(2)
    information = mutual_information(of_first + jitter, of_second + jitter, across)
    seconds = overlap / joints / first.rate
    evidence = np.where(seconds >= LEAST_OVERLAP, seconds * information, 0)
    return Curve(evidence, int(lags[0]), first.rate, seconds)


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
