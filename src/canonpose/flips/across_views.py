"""Whether views agree which limb is left: what all cameras saw as one body.

Seen by still cameras under weak perspective, the offsets of a joint from the body's middle in V
views stack to a 2V vector in a subspace of three dimensions, the same for every joint and moment
(Tomasi and Kanade's factorisation, 1992). A left limb taken for a right one in some views leaves
it. Where the cameras move or the body is close, the subspace fits less well; residuals count in
multiples of what is usual for the take, so that the evidence then weakens by itself.
"""

import numpy as np
from jaxtyping import Bool, Float

from canonpose.skeleton.limbs import Limbs

Offsets = Float[np.ndarray, "view frame joint 2"]
Seen = Bool[np.ndarray, "view frame joint"]
Basis = Float[np.ndarray, "row 3"]

ROUNDS = 8
"""Of fitting the subspace to what lies closest to it."""
KEPT = 0.7
"""Of the joints and moments, which are fitted; the others may be flipped or wrong."""
FEWEST = 60
"""Joints and moments that all views share; with fewer the subspace is not known."""
MOST_RESIDUAL = 4.0
"""Multiples of the usual residual after which a joint is simply wrong."""


def body_offsets(positions: Offsets, seen: Seen, limbs: Limbs) -> tuple[Offsets, Seen]:
    """Joints relative to the body's middle, in units of the body's usual size in that view.

    The middle is that of shoulders and hips (of the limbs' topmost joints), which no flip moves.
    Nothing is seen where one of them is not.
    """
    tops = np.unique(np.concatenate([limb[0] for limb in limbs if len(limb) > 2] or limbs))
    placed = seen & seen[..., tops].all(-1, keepdims=True)
    middle = np.where(placed[..., tops, None], positions[..., tops, :], 0).mean(-2, keepdims=True)
    offsets = np.where(placed[..., None], positions - middle, 0.0)
    for view in range(len(offsets)):
        lengths = np.linalg.norm(offsets[view][placed[view]], axis=-1)
        offsets[view] /= max(float(np.median(lengths)) if len(lengths) else 0.0, 1e-6)
    return offsets, placed


def common_subspace(offsets: Offsets, placed: Seen) -> Basis | None:
    """The three dimensions of the offsets, by trimmed least squares; None where unknown."""
    shared = placed.all(0)
    if shared.sum() < FEWEST:
        return None
    rows = np.concatenate([view[shared] for view in offsets], axis=-1)
    kept = np.ones(len(rows), dtype=bool)
    for _ in range(ROUNDS):
        basis = np.linalg.eigh(rows[kept].T @ rows[kept])[1][:, -3:]
        residuals = np.linalg.norm(rows - rows @ basis @ basis.T, axis=1)
        kept = residuals <= np.quantile(residuals, KEPT)
    return basis


def disagreement(
    offsets: Offsets,
    placed: Seen,
    limb: np.ndarray,
    states: Bool[np.ndarray, "state view"],
    basis: Basis,
    usual: float,
) -> Float[np.ndarray, "frame state"]:
    """How badly the views fit one body if in some of them a pair of limbs were flipped.

    Parameters
    ----------
    offsets, placed : arrays
        As `body_offsets` gives them.
    limb : array [pair, 2]
        (left, right) joints.
    states : array [state, view]
        In which views the limb would be flipped.
    basis : array [2 x view, 3]
    usual : float
        The take's usual residual, see `usual_residual`.
    """
    total = np.zeros((placed.shape[1], len(states)))
    for pair in limb:
        both = placed[..., pair].all(-1)
        for views in np.unique(both.T, axis=0):
            if views.sum() < 2:
                continue
            frames = (views == both.T).all(1)
            outside = _outside(basis, views)
            chosen = offsets[:, frames][:, :, pair]
            for place, state in enumerate(states):
                as_if = np.where(state[:, None, None, None], chosen[:, :, ::-1], chosen)[views]
                rows = as_if.transpose(1, 2, 0, 3).reshape(frames.sum(), 2, -1)
                lengths = np.linalg.norm(rows @ outside, axis=-1) / np.sqrt(outside.shape[1])
                total[frames, place] += np.minimum(lengths / usual, MOST_RESIDUAL).sum(-1)
    return total


def usual_residual(offsets: Offsets, placed: Seen, basis: Basis) -> float:
    """The median over joints and moments of what is outside the subspace, a dimension."""
    shared = placed.all(0)
    rows = np.concatenate([view[shared] for view in offsets], axis=-1)
    outside = _outside(basis, np.ones(len(offsets), dtype=bool))
    lengths = np.linalg.norm(rows @ outside, axis=1) / np.sqrt(outside.shape[1])
    return max(float(np.median(lengths)), 1e-3)


def _outside(basis: Basis, views: Bool[np.ndarray, " view"]) -> Float[np.ndarray, "_ rest"]:
    """The dimensions that no body fills, of the views that are there."""
    left, _, _ = np.linalg.svd(basis[np.repeat(views, 2)], full_matrices=True)
    return left[:, 3:]
