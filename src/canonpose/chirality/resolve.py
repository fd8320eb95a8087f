"""Put a trained lifter into the real world."""

import warnings

import torch

from canonpose.chirality.vote import ChiralityVote, vote
from canonpose.errors import InputWarning
from canonpose.lifter.network import Lifter
from canonpose.skeleton import Skeleton

SMALL_MARGIN = 0.9
"""Below this the vote is reported as doubtful. On real footage, trainings with two per cent of the
poses in the other world voted 1.00, one with a quarter there 0.89, and with half 0.0 to 0.7."""


def resolve_chirality(
    network: Lifter,
    positions: torch.Tensor,
    scores: torch.Tensor,
    skeleton: Skeleton,
    *,
    static_cameras: bool = False,
) -> ChiralityVote:
    """Lift the training poses, let anatomy vote, and un-mirror the network where it says so.

    Parameters
    ----------
    positions : tensor [pose, joint, 2]
        Normalised; views without detection have scores 0 and do not vote.
    scores : tensor [pose, joint]
    skeleton : Skeleton
    static_cameras : bool
        Training knew that the cameras stood still, so that nobody is asked to say so.

    Returns
    -------
    ChiralityVote
        As cast on the network before it was mended.

    Warns
    -----
    InputWarning
        If the skeleton has no joints to vote with, or the vote is close.
    """
    ballot = vote(_canonical_poses(network, positions, scores), scores.cpu(), skeleton)
    if not ballot.usable:
        warnings.warn(
            f"skeleton {skeleton.name!r}: no joints that anatomy can vote with, so the result may "
            f"be mirrored in depth; add a nose beside hips and shoulders, toes beside hips, knees "
            f"and ankles, or knees and ankles beside hips, named as in the built-in layouts.",
            InputWarning,
            stacklevel=2,
        )
    elif abs(ballot.margin) < SMALL_MARGIN:
        still = "" if static_cameras else "say so if the cameras stood still, "
        warnings.warn(
            f"the chirality vote is close ({ballot}): the lifter may hold some poses in the real "
            f"world and some in the mirrored one, which no single correction mends; train longer, "
            f"{still}or add footage or cameras.",
            InputWarning,
            stacklevel=2,
        )
    if ballot.mirrored:
        network.mirror_()
    return ballot


@torch.no_grad()
def _canonical_poses(
    network: Lifter, positions: torch.Tensor, scores: torch.Tensor, batch: int = 8192
) -> torch.Tensor:
    parts = zip(positions.split(batch), scores.split(batch), strict=True)
    return torch.cat([network(position, score)[0].cpu() for position, score in parts])
