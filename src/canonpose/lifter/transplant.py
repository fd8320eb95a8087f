"""The weights of one lifter in another, joint by joint, where both know a joint by name."""

from dataclasses import replace

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from canonpose.errors import InputError
from canonpose.lifter.network import Lifter, LifterConfig
from canonpose.lifter.trained import TrainedLifter
from canonpose.lifter.widening import widened
from canonpose.skeleton import Skeleton


def shared_joints(source: Skeleton, target: Skeleton) -> tuple[str, ...]:
    """The joints that both have, in the target's order."""
    return tuple(joint for joint in target.joints if joint in source)


def check_fit(source: TrainedLifter, config: LifterConfig, skeleton: Skeleton, name: str) -> None:
    """Refuse a lifter whose weights cannot be taken over.

    Raises
    ------
    InputError
        If it is wider than the network, has other activations, or a skeleton with another root.
    """
    theirs = source.network.config
    if theirs.width > config.width:
        raise InputError(
            f"{name}: is {theirs.width} neurons wide, and this training {config.width}, so that it "
            f"cannot start from it; use --lifter.width {theirs.width}, or --start-from nothing."
        )
    if replace(theirs, width=config.width, mirror_image=config.mirror_image) != config:
        raise InputError(
            f"{name}: has other activations than this training, which therefore cannot start from "
            f"it; choose them as there ({theirs}), or use --start-from nothing."
        )
    if source.skeleton.root != skeleton.root:
        raise InputError(
            f"{name}: its poses are centred on {source.skeleton.root!r}, those of skeleton "
            f"{skeleton.name!r} on {skeleton.root!r}; use --start-from nothing."
        )


@torch.no_grad()
def transplant_(
    network: Lifter,
    skeleton: Skeleton,
    source: TrainedLifter,
    generator: Generator,
    shared_norm: float = 1.0,
) -> None:
    """Make a network compute what another computes, in place, for the joints that both have.

    Inputs that the source does not know count for nothing at first, as a joint that it does not
    see; joints that it does not know start where the joint is that they hang on. So the network
    lifts shared joints as the source would that sees no others.

    Parameters
    ----------
    network : Lifter
        With the source's activations, and at least as wide (`check_fit`).
    skeleton : Skeleton
        Whose joints the network is for.
    source : TrainedLifter
    generator : Generator
        On the CPU; decides how weights are divided where the network is wider (`widened`).
    shared_norm : float
        The norm of the shared joints in a pose of all joints, of norm 1. The source was trained on
        norm 1 of what it sees, so that positions count for more by this factor.
    """
    both = shared_joints(source.skeleton, skeleton)
    old, new = (torch.from_numpy(one.indices(both)) for one in (source.skeleton, skeleton))
    theirs = widened(source.network, network.config.width, generator)
    weights, kept = theirs.upscale.weight, network.upscale.weight
    kept.zero_()
    for coordinate in range(2):
        columns = weights[:, 2 * old + coordinate] / shared_norm
        kept[:, 2 * new + coordinate] = columns.to(kept)
    kept[:, 2 * len(skeleton) + new] = weights[:, 2 * len(source.skeleton) + old].to(kept)
    network.upscale.bias.copy_(theirs.upscale.bias)
    for part in ("common", "pose_path", "rotation_path", "rotation_head"):
        getattr(network, part).load_state_dict(getattr(theirs, part).state_dict())
    rows = _rows_of(skeleton, source.skeleton)
    found = rows >= 0
    for ours, other in (
        (network.pose_head.weight, theirs.pose_head.weight),
        (network.pose_head.bias, theirs.pose_head.bias),
    ):
        by_joint = other.unflatten(0, (-1, 3))
        ours.unflatten(0, (-1, 3))[found] = by_joint[rows[found]].to(ours)


def _rows_of(skeleton: Skeleton, source: Skeleton) -> Int64[Tensor, " joint"]:
    """Which of the source's joints each joint starts as: itself, else what it hangs on; else -1."""
    known = (skeleton.nearest_known(joint, source) for joint in skeleton.joints)
    return torch.tensor([-1 if joint is None else source.index(joint) for joint in known])


def norm_of_shared(
    positions: Float[Tensor, "*batch joint 2"], source: Skeleton, skeleton: Skeleton
) -> float:
    """The root mean square norm that shared joints have in normalised poses of all joints.

    Parameters
    ----------
    positions : tensor [..., joint, 2]
        Of unit norm; all 0 in views that are not seen, which do not count.
    source, skeleton : Skeleton
        Of a lifter, and of the positions.
    """
    shared = torch.from_numpy(skeleton.indices(shared_joints(source, skeleton)))
    squares = positions[..., shared.to(positions.device), :].square().sum((-2, -1))
    seen = positions.abs().sum((-2, -1)) > 0
    return float(squares[seen].mean().sqrt()) if seen.any() else 1.0
