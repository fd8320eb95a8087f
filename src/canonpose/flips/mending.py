"""Flips found from both evidences, and swapped back or weighted out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from jaxtyping import Bool, Float, Int

from canonpose.datamodel import Keypoints
from canonpose.flips.across_views import (
    body_offsets,
    common_subspace,
    disagreement,
    usual_residual,
)
from canonpose.flips.over_time import exchange_costs
from canonpose.flips.sequence import least_costs
from canonpose.skeleton import Skeleton
from canonpose.skeleton.limbs import paired_limbs

Found = Float[np.ndarray, "view frame limb"]

MOST_BY_A_DETECTOR = 0.8
"""Share of a view's limbs and frames; detectors were seen to exchange them in less."""
HARDLY_A_DETECTOR = (
    "; so much is hardly a detector's mistake: check that its video is not mirrored, that it is in "
    "step with the others (`canonpose sync`) and shows the same person, or set mend_flips = false "
    "in capture.toml"
)


@dataclass(frozen=True)
class FlipConfig:
    """How the evidences are weighed; costs add up as negative log-likelihoods would."""

    across: float = 1.0
    """Of the views' disagreement, against the evidence over time."""
    beginning: float = 4.0
    """Cost of a flip's beginning, and of its end."""
    flipped: float = 0.1
    """Cost of each frame of a flip, in each view."""
    clear: float = 6.0
    """How much dearer it must be that there is no flip, to swap back; below, the limb is weighted
    out for those frames."""
    throughout: float = 0.7
    """A view counts as flipped from beginning to end where this lowers the usual residual of the
    views' agreement below this share of it."""
    most_at_once: int = 2
    """Views that are flipped at the same time; never more than half of them."""
    fewest_views: int = 3
    """With fewer nothing is said: two views fit one body often enough though one is flipped, and on
    real detections they doubt more limbs that are right than they mend."""


def find_flips(
    positions: Float[np.ndarray, "view frame joint 2"],
    seen: Bool[np.ndarray, "view frame joint"],
    skeleton: Skeleton,
    config: FlipConfig = FlipConfig(),
) -> Found:
    """How surely each pair of limbs is flipped: above 0 where it is, in costs.

    The limbs are those of `paired_limbs`. All views flipped at once are one body as well, so that
    nothing is said of that; with too few views, nothing is said at all.

    Parameters
    ----------
    positions : array [view, frame, joint, 2]
        Of one person; any unit, NaN where missing.
    seen : array [view, frame, joint]
    skeleton : Skeleton
        Of the joints.
    config : FlipConfig
    """
    limbs = paired_limbs(skeleton)
    surely = np.full((*positions.shape[:2], len(limbs)), -np.inf)
    if len(positions) < max(config.fewest_views, 2) or not limbs:
        return surely
    offsets, placed = body_offsets(np.nan_to_num(positions), seen, limbs)
    states = _states(len(positions), config.most_at_once)
    fitted = _fitted(offsets, placed, np.concatenate(limbs), states, config.throughout)
    if fitted is None:
        return surely
    basis, usual = fitted
    sizes = [_size(p, s) for p, s in zip(positions, seen, strict=True)]
    for place, limb in enumerate(limbs):
        costs = config.across * disagreement(offsets, placed, limb, states, basis, usual)
        costs += config.flipped * states.sum(1)
        exchange = [
            exchange_costs(p, s, limb, size)
            for p, s, size in zip(positions, seen, sizes, strict=True)
        ]
        totals = least_costs(costs, np.stack(exchange, -1) + config.beginning, states)
        for view in range(len(positions)):
            kept, flipped = totals[:, ~states[:, view]], totals[:, states[:, view]]
            surely[view, :, place] = kept.min(1) - flipped.min(1)
    return surely


def _fitted(
    offsets: Float[np.ndarray, "view frame joint 2"],
    placed: Bool[np.ndarray, "view frame joint"],
    pairs: Int[np.ndarray, "pair 2"],
    states: Bool[np.ndarray, "state view"],
    throughout: float,
) -> tuple[Float[np.ndarray, "row 3"], float] | None:
    """The subspace and its usual residual; of the views as they are, or of some of them flipped
    from beginning to end where that fits far better.
    """
    mirror = np.arange(offsets.shape[2])
    mirror[pairs] = pairs[:, ::-1]
    best: tuple[Float[np.ndarray, "row 3"], float] | None = None
    flipped_throughout = False
    for state in states if len(offsets) > 2 else states[:1]:  # the first is as they are
        as_if = np.where(state[:, None, None, None], offsets[:, :, mirror], offsets)
        seen = np.where(state[:, None, None], placed[:, :, mirror], placed)
        basis = common_subspace(as_if, seen)
        if basis is None:
            continue
        usual = usual_residual(as_if, seen, basis)
        share = throughout if best is not None and not flipped_throughout else 1.0
        if best is None or usual < share * best[1]:
            flipped_throughout = best is not None
            best = basis, usual
    return best


def _states(views: int, most: int) -> Bool[np.ndarray, "state view"]:
    """All sets of views that may be flipped at once, none first."""
    sets = [
        chosen
        for count in range(min(most, views // 2) + 1)
        for chosen in combinations(range(views), count)
    ]
    return np.array([[view in chosen for view in range(views)] for chosen in sets])


def _size(
    positions: Float[np.ndarray, "frame joint 2"], seen: Bool[np.ndarray, "frame joint"]
) -> float:
    """The usual distance of two joints' extremes in the image."""
    known = np.where(seen[..., None], positions, np.nan)[seen.any(1)]
    if len(known) == 0:
        return 1.0
    spans = np.nanmax(known, axis=1) - np.nanmin(known, axis=1)
    return max(float(np.median(np.linalg.norm(spans, axis=-1))), 1e-6)


def mend_flips(
    views: Mapping[str, Keypoints], config: FlipConfig = FlipConfig()
) -> tuple[dict[str, Keypoints], list[str]]:
    """One person's views with flipped limbs swapped back, or weighted out where it is not clear.

    Parameters
    ----------
    views : mapping
        Camera to keypoints, all of the same frames and skeleton.
    config : FlipConfig

    Returns
    -------
    views : dict
        A view without flips is the very same object.
    notes : list of str
        What was changed, a line for each camera.
    """
    positions = np.stack([view.positions for view in views.values()]).astype(np.float64)
    seen = np.stack([view.seen for view in views.values()])
    surely = find_flips(positions, seen, next(iter(views.values())).skeleton, config)
    mended, notes = dict(views), []
    for (camera, keypoints), sure in zip(views.items(), surely, strict=True):
        flipped, doubtful = sure >= config.clear, (sure > 0) & (sure < config.clear)
        if not (flipped | doubtful).any():
            continue
        mended[camera] = _mended(keypoints, flipped, doubtful)
        notes.append(
            f"camera {camera!r}: left and right limbs swapped back in {flipped.any(1).sum()} "
            f"frames, weighted out as doubtful in {doubtful.any(1).sum()}, of {len(keypoints)}"
            f"{HARDLY_A_DETECTOR if flipped.mean() > MOST_BY_A_DETECTOR else ''}"
        )
    return mended, notes


def _mended(
    keypoints: Keypoints,
    flipped: Bool[np.ndarray, "frame limb"],
    doubtful: Bool[np.ndarray, "frame limb"],
) -> Keypoints:
    positions, scores = keypoints.positions.copy(), keypoints.scores.copy()
    for place, limb in enumerate(paired_limbs(keypoints.skeleton)):
        frames = np.flatnonzero(flipped[:, place])[:, None]
        both, crosswise = limb.ravel(), limb[:, ::-1].ravel()
        positions[frames, both] = positions[frames, crosswise]
        scores[frames, both] = scores[frames, crosswise]
        frames = np.flatnonzero(doubtful[:, place])[:, None]
        positions[frames, both], scores[frames, both] = np.nan, 0
    return replace(keypoints, positions=positions, scores=scores)
