"""Whether a trained lifter's world is the real one or its depth-mirrored twin, by anatomy."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.anatomy import signed_side, usable_rules
from canonpose.skeleton import Skeleton

SMALLEST_SUM = 1e-9


@dataclass(frozen=True)
class ChiralityVote:
    """What anatomy says of a lifter's world; no label went into it."""

    margin: float
    """Weighted votes for the real world minus those for the mirrored one, over all: -1 to 1."""
    margins: dict[str, float]
    """The same for each kind of evidence."""
    frames: int
    """How many poses voted."""

    @property
    def mirrored(self) -> bool:
        """Whether the world is the mirrored one."""
        return self.margin < 0

    @property
    def usable(self) -> bool:
        """Whether there was anything to vote with."""
        return bool(self.margins)

    def __str__(self) -> str:
        if not self.usable:
            return "no vote: the skeleton lacks the joints that anatomy could vote with"
        kinds = ", ".join(f"{kind} {margin:+.2f}" for kind, margin in self.margins.items())
        world = "mirrored" if self.mirrored else "real"
        return f"{world} world by a margin of {abs(self.margin):.2f} ({kinds})"


def vote(
    poses: Float[Tensor, "pose joint 3"], scores: Float[Tensor, "pose joint"], skeleton: Skeleton
) -> ChiralityVote:
    """Let anatomy vote over many poses.

    Every rule that the skeleton has the joints for gives each pose a vote between -1 and 1: the
    sine-weighted side on which its joint lies, times the lowest confidence of the joints it needs.
    The votes do not change under rotation and scale, and a mirror negates them.

    Parameters
    ----------
    poses : tensor [pose, joint, 3]
        In any frame that is not mirrored against the camera's; any scale.
    scores : tensor [pose, joint]
        Confidences of the 2D joints that they were lifted from.
    """
    votes: dict[str, list[Tensor]] = {}
    for rule in usable_rules(skeleton):
        confidence = scores[:, skeleton.indices(sorted(rule.joints))].min(-1).values
        votes.setdefault(rule.kind, []).append(confidence * signed_side(poses, skeleton, rule))
    margins = {kind: _margin(cast) for kind, cast in votes.items()}
    everything = [ballot for cast in votes.values() for ballot in cast]
    return ChiralityVote(_margin(everything), margins, len(poses))


def _margin(votes: Sequence[Tensor]) -> float:
    if not votes:
        return 0.0
    stacked = torch.stack(list(votes))
    return float(stacked.sum() / stacked.abs().sum().clamp(min=SMALLEST_SUM))
