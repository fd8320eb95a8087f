"""Whether two people, seen by two cameras, are one: by how they move and by their shape."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Float

from canonpose.people.tracks import body_sizes
from canonpose.skeleton import Skeleton

Seen = Float[np.ndarray, "frame joint 3"]

Vote = Callable[[Seen, Seen], float]
"""A further opinion on two people, of the frames given: about 0 for strangers, up to 1 for one."""
VoteOn = Callable[[Seen, Seen, Skeleton], float]
"""A `Vote` that is told of which joints the detections are."""

SMOOTHING = 7
"""Frames over which speeds are averaged; detection jitter is not shared by two cameras."""
FEWEST_FRAMES = 10
"""Fewer shared speeds say nothing."""
FEWEST_JOINTS = 6
"""With fewer shared joints, two views of anything are nearly of rank 3."""
STRANGERS = 0.3
"""What `shape_residual` gives two different people, on real footage; one person gives 0.1."""


def told_of(vote: VoteOn | None, skeleton: Skeleton) -> Vote | None:
    """An opinion on detections of a skeleton's joints, where there is one."""
    if vote is None:
        return None
    return lambda first, second: vote(first, second, skeleton)


def agreement(first: Seen, second: Seen, vote: Vote | None = None) -> float:
    """How much two tracks, frame by frame from two cameras, look like one person.

    About 0 for strangers, up to 2 for one person; scaled down where they share few frames.
    """
    both = (first[..., 2] > 0).any(1) & (second[..., 2] > 0).any(1)
    if not both.any():
        return 0.0
    return float(both.mean() * likeness(first, second, vote))


def likeness(first: Seen, second: Seen, vote: Vote | None = None) -> float:
    """As `agreement`, however few frames the two share; opinions have equal weight."""
    own = speed_correlation(first, second) + 1 - shape_residual(first, second) / STRANGERS
    return own if vote is None else (own + vote(first, second)) * 2 / 3


def speed_correlation(first: Seen, second: Seen) -> float:
    """Correlation, -1..1, of how fast the two move in their images; 0 where it cannot be told."""
    speeds = np.stack([_speeds(first), _speeds(second)])
    speeds = speeds[:, ~np.isnan(speeds).any(0)]
    if speeds.shape[1] < FEWEST_FRAMES or (speeds.std(1) < 1e-9).any():
        return 0.0
    return float(np.corrcoef(speeds)[0, 1])


def _speeds(seen: Seen) -> Float[np.ndarray, " window"]:
    """Median speed of the joints in body sizes a frame, smoothed; NaN where not seen."""
    steps = np.linalg.norm(np.diff(seen[..., :2].astype(np.float64), axis=0), axis=-1)
    speeds = _median_of_known(steps)
    sizes = body_sizes(seen)
    speeds /= max(float(np.median(sizes[sizes > 0])), 1e-6)
    if len(speeds) < SMOOTHING:
        return speeds
    return np.convolve(speeds, np.ones(SMOOTHING) / SMOOTHING, mode="valid")


def _median_of_known(values: Float[np.ndarray, "row column"]) -> Float[np.ndarray, " row"]:
    """As nanmedian, but without its warning where a row is unknown."""
    medians = np.full(len(values), np.nan)
    known = ~np.isnan(values).all(1)
    medians[known] = np.nanmedian(values[known], axis=1)
    return medians


def shape_residual(first: Seen, second: Seen) -> float:
    """How far the two are from being two images of one body, 0..1.

    Under weak perspective, two centred views of J joints stack to a (4 x J) matrix of rank 3, as
    every row is a combination of the body's x, y and z. Two different bodies fill the fourth
    dimension as well. This is the fourth dimension's energy over the third's, averaged over the
    frames that share enough joints; `STRANGERS` where there are none.
    """
    shared = (first[..., 2] > 0) & (second[..., 2] > 0)
    frames = shared.sum(1) >= FEWEST_JOINTS
    if not frames.any():
        return STRANGERS
    views = [_centred(seen[frames], shared[frames]) for seen in (first, second)]
    rows = np.concatenate(views, axis=-1)
    energies = np.linalg.eigvalsh(np.swapaxes(rows, -1, -2) @ rows)
    fourth, third = energies[:, 0].clip(0), energies[:, 1].clip(1e-9)
    return float(np.mean(np.minimum(fourth / third, 1)))


def _centred(
    seen: Seen, shared: Bool[np.ndarray, "frame joint"]
) -> Float[np.ndarray, "frame joint 2"]:
    """Positions around the shared joints' middle, of unit norm; 0 for joints not shared."""
    xy = np.where(shared[..., None], seen[..., :2], 0).astype(np.float64)
    middle = xy.sum(1, keepdims=True) / shared.sum(1)[:, None, None]
    xy = np.where(shared[..., None], xy - middle, 0)
    norm = np.linalg.norm(xy, axis=(1, 2), keepdims=True)
    return xy / np.maximum(norm, 1e-9)
