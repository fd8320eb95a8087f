"""Keypoints from one layout to another, by joint name."""

import numpy as np
from jaxtyping import Float

from canonpose.skeleton.skeleton import Skeleton

Positions = Float[np.ndarray, "*batch joint space"]
Scores = Float[np.ndarray, "*batch joint"]
NewPositions = Float[np.ndarray, "*batch new_joint space"]
NewScores = Float[np.ndarray, "*batch new_joint"]


def convert(
    positions: Positions, scores: Scores, source: Skeleton, target: Skeleton
) -> tuple[NewPositions, NewScores]:
    """Bring keypoints from one skeleton to another.

    A target joint is the source joint of the same name; else the mean of the joints that the target
    derives it from (its score is their lowest); else missing: NaN with score 0.

    Parameters
    ----------
    positions : array [..., source joint, space]
        Any unit and frame, NaN where missing.
    scores : array [..., source joint]
        Confidence, 0 where missing.
    source : Skeleton
        The skeleton of the arrays.
    target : Skeleton
        The one wanted.

    Returns
    -------
    positions : array [..., target joint, space]
    scores : array [..., target joint]

    """
    out_positions = np.full((*positions.shape[:-2], len(target), positions.shape[-1]), np.nan)
    out_scores = np.zeros((*scores.shape[:-1], len(target)))
    for place, joint in enumerate(target.joints):
        if joint in source:
            origins: tuple[str, ...] = (joint,)
        else:
            origins = target.derived.get(joint, ())
        if origins and all(origin in source for origin in origins):
            indices = source.indices(origins)
            out_positions[..., place, :] = positions[..., indices, :].mean(-2)
            out_scores[..., place] = scores[..., indices].min(-1)
    out_scores[np.isnan(out_positions).any(-1)] = 0
    return out_positions.astype(positions.dtype), out_scores.astype(scores.dtype)


def complete(
    positions: Positions, scores: Scores, skeleton: Skeleton
) -> tuple[NewPositions, NewScores]:
    """Append the skeleton's derived joints to its detected ones.

    Parameters and returns are as in `convert`, from ``skeleton.detected`` to ``skeleton.joints``.
    """
    return convert(positions, scores, skeleton.detected_only(), skeleton)
