"""What cameras that stand still tell about who is who: where in space a body is.

Two cameras that do not move against each other share one fundamental matrix in all frames, which
the matches of one person's joints give. Somebody else stands elsewhere, and is off it: that tells
two people apart who move alike, and tells it frame by frame. Nobody need say that the cameras
stand still: where one matrix fits most frames closely, they do; else the pair has no say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from canonpose.geometry.epipolar import epipolar_distance, fundamental_matrix
from canonpose.people.agreement import FEWEST_JOINTS
from canonpose.people.tracks import body_sizes

Seen = Float[np.ndarray, "frame joint 3"]
Pairs = Sequence[tuple[int, int]]
"""Left and right of the joints that a detector may take for each other."""

MOST_NOISE = 0.02
"""Body sizes; where half of the frames lie further off, the cameras are not taken to stand still.
A detector's noise gives 0.003 to 0.01."""
LEAST_NOISE = 0.002
FEWEST_FRAMES = 30
"""Shared by a pair, from which its matrix is found."""
MOST_FRAMES = 300
"""Of these, spread evenly, that are looked at."""
SAMPLES, SAMPLE = 48, 10
"""Random sets of frames of which the matrix is tried, and how many frames each has."""
ROUNDS = 4
KEPT = 4.0
"""Multiples of the usual distance; what lies closer is fitted in the end."""


@dataclass(frozen=True, eq=False)
class StillPair:
    """Two cameras that stand still against each other."""

    matrix: Float[np.ndarray, "3 3"]
    """Of positions in usual body sizes."""
    sizes: tuple[float, float]
    """Pixels of a usual body in either camera."""
    noise: float
    """The usual distance of one person's frames, body sizes."""

    def misfit(self, first: Seen, second: Seen, pairs: Pairs = ()) -> Float[np.ndarray, " frame"]:
        """How far two tracks are from being one person, in usual distances; NaN where unknown.

        A frame's is the median over its joints, as labelled or with left and right exchanged,
        whichever is less: a flip makes nobody somebody else.
        """
        one, two = first[..., :2] / self.sizes[0], second[..., :2] / self.sizes[1]
        crossed = _crossed(second.shape[1], pairs)
        found = [_of_frames(one, two[:, order], self.matrix) for order in crossed]
        return np.min(found, axis=0) / self.noise


def _crossed(joints: int, pairs: Pairs) -> list[list[int]]:
    """The joints' order as it is, and with every pair exchanged."""
    order = list(range(joints))
    for left, right in pairs:
        order[left], order[right] = right, left
    return [list(range(joints)), order] if pairs else [order]


def _of_frames(
    one: Float[np.ndarray, "frame joint 2"], two: Float[np.ndarray, "frame joint 2"], matrix
) -> Float[np.ndarray, "*batch frame"]:
    """Median distance of the joints that both see; NaN where these are few."""
    gaps = epipolar_distance(one, two, matrix[..., None, :, :])
    gaps = np.sort(gaps, axis=-1)  # NaN last
    shared = (~np.isnan(gaps)).sum(-1)
    middle = (np.maximum(shared, 1) - 1) // 2
    median = np.take_along_axis(gaps, middle[..., None], axis=-1)[..., 0]
    return np.where(shared >= FEWEST_JOINTS, median, np.nan)


def still_pair(first: Seen, second: Seen) -> StillPair | None:
    """What two cameras have in common, from one person's tracks; None if they move or it is unknown.

    Random sets of frames are tried, and the matrix that lies close to the most frames is refined on
    these, so that some frames may show somebody else.
    """
    known = (first[..., 2] > 0) & (second[..., 2] > 0)
    shared = np.flatnonzero(known.sum(1) >= FEWEST_JOINTS)
    if len(shared) < FEWEST_FRAMES:
        return None
    frames = shared[np.linspace(0, len(shared) - 1, min(len(shared), MOST_FRAMES)).astype(int)]
    usual = [float(np.median(body_sizes(seen[shared]))) for seen in (first, second)]
    sizes = (max(usual[0], 1e-6), max(usual[1], 1e-6))
    weights = known[frames].astype(np.float64)
    one, two = (
        np.where(known[frames, :, None], seen[frames, :, :2].astype(np.float64) / size, np.nan)
        for seen, size in zip((first, second), sizes, strict=True)
    )
    matrix = _best_of_samples(one, two, weights)
    for _ in range(ROUNDS):
        distances = _of_frames(one, two, matrix)
        noise = max(float(np.nanmedian(distances)), LEAST_NOISE)
        near = epipolar_distance(one, two, matrix) <= KEPT * noise
        kept = weights * near * (distances <= KEPT * noise)[:, None]
        if (kept > 0).sum() < 2 * SAMPLE:
            return None
        matrix = fundamental_matrix(one.reshape(-1, 2), two.reshape(-1, 2), kept.ravel())
    noise = max(float(np.nanmedian(_of_frames(one, two, matrix))), LEAST_NOISE)
    return StillPair(matrix, sizes, noise) if noise <= MOST_NOISE else None


def _best_of_samples(
    one: Float[np.ndarray, "frame joint 2"],
    two: Float[np.ndarray, "frame joint 2"],
    weights: Float[np.ndarray, "frame joint"],
) -> Float[np.ndarray, "3 3"]:
    random = np.random.default_rng(0)
    chosen = np.stack([random.choice(len(one), SAMPLE, replace=False) for _ in range(SAMPLES)])
    flat = (SAMPLES, -1)
    tried = fundamental_matrix(
        one[chosen].reshape(*flat, 2), two[chosen].reshape(*flat, 2), weights[chosen].reshape(flat)
    )
    everything = fundamental_matrix(one.reshape(-1, 2), two.reshape(-1, 2), weights.ravel())
    tried = np.concatenate([tried, everything[None]])
    distances = np.stack([_of_frames(one, two, matrix) for matrix in tried])
    return tried[np.nanmean(np.minimum(distances, MOST_NOISE), axis=1).argmin()]
