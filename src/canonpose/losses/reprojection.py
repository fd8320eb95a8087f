"""The scale-independent, confidence-weighted reprojection error (Eq. 1, 2, 5, 6)."""

from typing import Any, Literal, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable

from canonpose.losses.parts import SumOverParts, only_part

ScaleNorm = Literal["rms", "frobenius"]
SMALLEST_NORM = 1e-8


class PoseErrors(NamedTuple):
    """L1 errors of 2D poses and how much went into each; sums, so that any mean can be taken."""

    total: Float[Tensor, "*batch"]
    """Confidence-weighted L1 norm over the seen coordinates (Eq. 5)."""
    coordinates: Float[Tensor, "*batch"]
    """How many coordinates were seen."""

    def masked(self, keep: Tensor) -> "PoseErrors":
        """The same with some poses left out (``keep`` broadcasts)."""
        return PoseErrors(self.total * keep, self.coordinates * keep)

    def mean(
        self,
        reduction: Literal["element", "pose"],
        dims: tuple[int, ...],
        over_parts: SumOverParts = only_part,
    ) -> Float[Tensor, "*rest"]:
        """Mean over coordinates or over poses, along some dimensions; 0 where there are none.

        Or this part's share of the mean over a whole batch (see `canonpose.losses.parts`).
        """
        counted = (
            self.coordinates
            if reduction == "element"
            else (self.coordinates > 0).to(self.coordinates)
        )
        return self.total.sum(dims) / over_parts(counted.sum(dims)).clamp(min=1.0)


def unit_scale(
    poses: Float[Tensor, "*#batch joint 2"],
    seen: Float[Tensor, "*#batch joint"],
    scale_norm: ScaleNorm,
) -> Float[Tensor, "*batch joint 2"]:
    """Divide 2D poses by their norm over the seen joints."""
    square = (poses.square().sum(-1) * seen).sum(-1)
    if scale_norm == "rms":
        square = square / (2 * seen.sum(-1)).clamp(min=1.0)
    return poses / square.clamp(min=SMALLEST_NORM**2).sqrt()[..., None, None]


def reprojection_errors(
    target: Float[Tensor, "*#batch joint 2"],
    projected: Float[Tensor, "*#batch joint 2"],
    scores: Float[Tensor, "*#batch joint"],
    scale_norm: ScaleNorm = "rms",
) -> PoseErrors:
    """Compare projected with detected 2D poses, whatever the scale of either (Eq. 5).

    Joints with score 0 count neither in the error nor in the scale.

    Parameters
    ----------
    target : tensor [..., joint, 2]
        Detected, root-centred, 0 where missing.
    projected : tensor [..., joint, 2]
        Reprojected (Eq. 1).
    scores : tensor [..., joint]
        Confidences of the target.

    Returns
    -------
    PoseErrors
        Of batch shape [...], broadcast.
    """
    seen = (scores > 0).to(target.dtype)
    coordinates = 2 * seen.sum(-1)
    divisor = coordinates.clamp(min=1.0) if scale_norm == "rms" else coordinates.new_ones(())
    unit_target = unit_scale(target, seen, scale_norm)
    pairs = projected.expand(torch.broadcast_shapes(projected.shape, target.shape))
    total = _ScaleFreeError.apply(pairs, unit_target, scores, seen, divisor)
    return PoseErrors(total, coordinates.expand_as(total))


class _ScaleFreeError(Function):
    """``sum_j w_j |p_j / s - t_j|_1`` with ``s^2 = sum_j seen_j |p_j|^2 / divisor``.

    With u = p / s and d = w sign(u - t), the gradient to p is
    ``(d - seen u <d, u> / divisor) / s``. By hand, since it takes a third of the passes over all
    pairs of views that PyTorch's own would.
    """

    @staticmethod
    def forward(
        context: Any,
        projected: Tensor,
        target: Tensor,
        scores: Tensor,
        seen: Tensor,
        divisor: Tensor,
    ) -> Tensor:
        square = (projected.square().sum(-1) * seen).sum(-1) / divisor
        scale = square.clamp(min=SMALLEST_NORM**2).sqrt()
        unit = projected / scale[..., None, None]
        difference = unit - target.mT.contiguous().mT  # x apart from y in memory, like `unit`
        direction = difference.sign().mul_(scores[..., None])
        # A pose of no size is divided by a constant, through which no gradient flows.
        pull = seen / divisor[..., None] * (square > SMALLEST_NORM**2).to(seen)[..., None]
        context.save_for_backward(unit, direction, scale, pull)
        return difference.mul_(direction).sum((-2, -1))

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        unit, direction, scale, pull = context.saved_tensors
        along = (direction * unit).sum((-2, -1))
        inner = direction.addcmul(unit, (along[..., None] * pull)[..., None], value=-1)
        return inner.mul_((gradient / scale)[..., None, None]), None, None, None, None
