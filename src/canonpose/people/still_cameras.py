"""What cameras that stand still tell about who is who: where in space a body is.

Two cameras that do not move against each other share one fundamental matrix in all frames, which
the matches of one person's joints give. Somebody else stands elsewhere, and is off it: that tells
two people apart who move alike, and tells it frame by frame. Nobody need say that the cameras
stand still: where one matrix fits most frames closely, they do; else the pair has no say.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

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
SAMPLES, SAMPLE = 24, 10
"""Random sets of frames of either kind whose matrix is tried, and how many frames each has."""
NEAR = 60
"""Frames that a set's frames may lie apart where they are to be close together."""
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
    one: Float[np.ndarray, "*batch joint 2"],
    two: Float[np.ndarray, "*batch joint 2"],
    matrix: Float[np.ndarray, "3 3"],
) -> Float[np.ndarray, "*batch"]:
    """Median distance of the joints that both see; NaN where these are few."""
    gaps = epipolar_distance(one, two, matrix)
    gaps = np.sort(gaps, axis=-1)  # NaN last
    shared = (~np.isnan(gaps)).sum(-1)
    middle = (np.maximum(shared, 1) - 1) // 2
    median = np.take_along_axis(gaps, middle[..., None], axis=-1)[..., 0]
    return np.where(shared >= FEWEST_JOINTS, median, np.nan)


def still_pair(first: Sequence[Seen], second: Seen) -> StillPair | None:
    """What two cameras have in common; None if they move against each other, or it is unknown.

    The second shows one person, who is one of the first's tracks, not always the same, in most
    frames. Random sets of frames of one track are tried, spread widely and close together, and the
    matrix that lies close to some track in the most frames is refined on these.

    Parameters
    ----------
    first : sequence of array [frame, joint, 3]
        (x, y, score) of the tracks; a missing joint has score 0.
    second : array [frame, joint, 3]
    """
    known = np.stack([(track[..., 2] > 0) & (second[..., 2] > 0) for track in first])
    enough = known.sum(-1) >= FEWEST_JOINTS
    shared = np.flatnonzero(enough.any(0))
    if len(shared) < FEWEST_FRAMES:
        return None
    frames = shared[np.linspace(0, len(shared) - 1, min(len(shared), MOST_FRAMES)).astype(int)]
    sizes = tuple(_usual_size(seen) for seen in (np.concatenate(first), second))
    known = known[:, frames] & enough[:, frames, None]
    one = np.stack([track[frames, :, :2] for track in first]).astype(np.float64) / sizes[0]
    two = np.broadcast_to(second[frames, :, :2].astype(np.float64) / sizes[1], one.shape)
    one, two = (np.where(known[..., None], xy, np.nan) for xy in (one, two))
    matrix = _best_of_samples(one, two, known)
    if matrix is None:
        return None
    for _ in range(ROUNDS):
        distances = _of_frames(one, two, matrix)
        nearest = np.fmin.reduce(distances, axis=0)
        noise = max(float(np.nanmedian(nearest)), LEAST_NOISE)
        near = epipolar_distance(one, two, matrix) <= KEPT * noise
        near &= (distances <= min(KEPT * noise, MOST_NOISE))[..., None]
        near &= (distances == nearest)[..., None]
        if near.any(-1).sum() < SAMPLE:
            return None
        matrix = fundamental_matrix(
            one.reshape(-1, 2), two.reshape(-1, 2), near.ravel().astype(np.float64)
        )
    noise = float(np.nanmedian(np.fmin.reduce(_of_frames(one, two, matrix), axis=0)))
    if noise > MOST_NOISE:
        return None
    return StillPair(matrix, (sizes[0], sizes[1]), max(noise, LEAST_NOISE))


def _usual_size(seen: Seen) -> float:
    """Median over the frames that show somebody, pixels."""
    sizes = body_sizes(seen)
    return max(float(np.median(sizes[sizes > 0])), 1e-6)


def _best_of_samples(
    one: Float[np.ndarray, "track frame joint 2"],
    two: Float[np.ndarray, "track frame joint 2"],
    known: Bool[np.ndarray, "track frame joint"],
) -> Float[np.ndarray, "3 3"] | None:
    """Of matrices that fit a few frames of one track each, the one close to the most frames."""
    random, tried = np.random.default_rng(0), []
    for track in range(len(one)):
        there = np.flatnonzero(known[track].any(-1))
        if len(there) < SAMPLE:
            continue
        spread = [random.choice(there, SAMPLE, replace=False) for _ in range(SAMPLES)]
        begins = random.integers(0, max(len(there) - NEAR, 0) + 1, SAMPLES)
        near = [random.choice(there[b : b + NEAR], SAMPLE, replace=False) for b in begins]
        chosen = np.stack(spread + near)
        flat = (len(chosen), -1)
        tried.append(
            fundamental_matrix(
                one[track, chosen].reshape(*flat, 2),
                two[track, chosen].reshape(*flat, 2),
                known[track, chosen].reshape(flat).astype(np.float64),
            )
        )
        everything = known[track].ravel().astype(np.float64)
        fitted = (one[track].reshape(-1, 2), two[track].reshape(-1, 2), everything)
        tried.append(fundamental_matrix(*fitted)[None])
    if not tried:
        return None
    matrices = np.concatenate(tried)
    distances = np.stack(
        [np.fmin.reduce(_of_frames(one, two, matrix), axis=0) for matrix in matrices]
    )
    return matrices[np.nanmean(np.minimum(distances, MOST_NOISE), axis=1).argmin()]
