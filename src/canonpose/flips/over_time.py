"""Whether a limb stays itself from one frame to the next."""

import numpy as np
from jaxtyping import Bool, Float, Int

Positions = Float[np.ndarray, "frame joint 2"]
Seen = Bool[np.ndarray, "frame joint"]

LONGEST_GAP = 10
"""Frames without the limb over which its sides are still compared."""
MOST_EVIDENCE = 2.0
"""Of one pair of joints at one moment."""


def exchange_costs(
    positions: Positions, seen: Seen, limb: Int[np.ndarray, "pair 2"], size: float
) -> Float[np.ndarray, " frame"]:
    """How much dearer it is if left and right changed places just before each frame.

    Each pair of joints compares the way from where the two last were, as labelled, with the way
    crosswise, in multiples of what such a pair usually moves; negative where they look exchanged.

    Parameters
    ----------
    positions : array [frame, joint, 2]
    seen : array [frame, joint]
    limb : array [pair, 2]
        (left, right) joints.
    size : float
        The body's usual size in the image, pixels.
    """
    total = np.zeros(len(positions))
    for pair in limb:
        frames = np.flatnonzero(seen[:, pair].all(1))
        if len(frames) < 2:
            continue
        now, before = positions[frames[1:]][:, pair], positions[frames[:-1]][:, pair]
        straight = np.linalg.norm(now - before, axis=-1).sum(-1)
        crosswise = np.linalg.norm(now - before[:, ::-1], axis=-1).sum(-1)
        gaps = np.diff(frames)
        usual = max(float(np.median(straight)), 0.02 * size)
        evidence = (crosswise - straight) / (2 * usual * np.sqrt(gaps))
        evidence = np.where(gaps > LONGEST_GAP, 0, evidence)
        total[frames[1:]] += np.clip(evidence, -MOST_EVIDENCE, MOST_EVIDENCE)
    return total
