"""Poses that no body can strike: a term that speaks against mirrored poses one by one.

Not in the paper, and off by default. The paper's losses are blind to the mirror pose by pose, so
that where little holds the poses together (moving cameras, little footage) a training can end with
some in each world, which no correction of the whole mends. Joint names are all that this needs to
know. It is no cure: joints that it looks at can be right in a pose that is otherwise mirrored.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from canonpose.anatomy import signed_side, usable_rules
from canonpose.losses.parts import SumOverParts, only_part
from canonpose.skeleton import Skeleton


def anatomy_loss(
    poses: Float[Tensor, "*batch joint 3"],
    scores: Float[Tensor, "*batch joint"],
    skeleton: Skeleton,
    over_parts: SumOverParts = only_part,
) -> Float[Tensor, ""]:
    """How far joints are on the wrong side of the body's planes: 0 for bodies as they are.

    The mean over poses and kinds of evidence of ``max(0, -side)``, weighted by the lowest
    confidence of the joints that a rule needs; 0 where the skeleton has none of these joints.

    Parameters
    ----------
    poses : tensor [..., joint, 3]
        In any frame that is not mirrored against the camera's; any scale.
    scores : tensor [..., joint]
        Confidences of the 2D joints that they were lifted from; 0 where missing.
    over_parts : callable
        Where several processes hold a part of the batch each.
    """
    kinds: dict[str, list[Tensor]] = {}
    count = over_parts(scores.new_tensor(float(scores[..., 0].numel())))
    for rule in usable_rules(skeleton):
        confidence = scores[..., skeleton.indices(sorted(rule.joints))].min(-1).values
        wrong = (-signed_side(poses, skeleton, rule)).clamp(min=0)
        kinds.setdefault(rule.kind, []).append((confidence * wrong).sum() / count)
    if not kinds:
        return poses.new_zeros(())
    return torch.stack([torch.stack(rules).mean() for rules in kinds.values()]).mean()
