"""The temporal lifter: what a window of lifted frames says of the frame in its middle.

In place of one frame's pose it gives a mean over the window, with weights learned for each joint
and its confidences, and a correction by a small network that joins neighbouring features three by
three, with strides, as temporal convolutions on videos do (Pavllo et al. 2019, Sec. 3). Both are
small beside the lifter itself, and know the mean of single frames as their start.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from canonpose.lifter.network import NEGATIVE_SLOPE
from canonpose.lifter.temporal.config import SPAN, TemporalConfig

START_SPREAD = 1.0
"""Standard deviation, in frames, of the first mean over the window."""


class JoiningLayer(nn.Module):
    """Each three neighbouring features become one; the middle one is carried around."""

    def __init__(self, width: int):
        super().__init__()
        self.join = nn.Linear(SPAN * width, width)
        self.mix = nn.Linear(width, width)

    def forward(
        self, features: Float[Tensor, "*batch frame width"]
    ) -> Float[Tensor, "*batch third width"]:
        """A third of the frames."""
        threes = features.unflatten(-2, (-1, SPAN))
        joined = nn.functional.leaky_relu(self.join(threes.flatten(-2)), NEGATIVE_SLOPE)
        return threes[..., SPAN // 2, :] + nn.functional.leaky_relu(
            self.mix(joined), NEGATIVE_SLOPE
        )


class TemporalLifter(nn.Module):
    """A window of frames and their lifted poses to the pose in its middle.

    Parameters
    ----------
    joints : int
        How many joints a pose has.
    config : TemporalConfig
    """

    def __init__(self, joints: int, config: TemporalConfig):
        super().__init__()
        self.joints = joints
        self.config = config
        away = torch.arange(config.window) - config.past
        start = -0.5 * (away / START_SPREAD).square()
        self.share = nn.Parameter(start[:, None].repeat(1, joints))
        self.share_of_score = nn.Parameter(torch.ones(joints))
        self.inflate = nn.Linear(6 * joints + 1, config.width)
        self.layers = nn.Sequential(*(JoiningLayer(config.width) for _ in range(config.layers)))
        self.correction = nn.Linear(config.width, 3 * joints)
        nn.init.zeros_(self.correction.weight)
        nn.init.zeros_(self.correction.bias)

    def forward(
        self,
        positions: Float[Tensor, "*batch window joint 2"],
        scores: Float[Tensor, "*batch window joint"],
        lifted: Float[Tensor, "*batch window joint 3"],
        present: Bool[Tensor, "*batch window"],
    ) -> Float[Tensor, "*batch joint 3"]:
        """The pose in the middle of a window.

        Parameters
        ----------
        positions, scores : tensor
            Normalised 2D poses, as the lifter takes them.
        lifted : tensor [..., window, joint, 3]
            What the lifter makes of each frame: camera frame, root at the origin, body heights.
        present : tensor [..., window]
            Frames that there are; the others count as nothing, whatever they hold.

        Returns
        -------
        tensor [..., joint, 3]
            As ``lifted``.
        """
        there = present[..., None].to(lifted)
        poses = lifted * there[..., None]
        seen = torch.cat([positions.flatten(-2), scores, poses.flatten(-2)], dim=-1) * there
        features = nn.functional.leaky_relu(
            self.inflate(torch.cat([seen, there], dim=-1)), NEGATIVE_SLOPE
        )
        joined = self.layers(features * there).squeeze(-2)
        correction = self.correction(joined).unflatten(-1, (self.joints, 3))
        return (self.shares(scores, present)[..., None] * poses).sum(-3) + correction

    def shares(
        self, scores: Float[Tensor, "*batch window joint"], present: Bool[Tensor, "*batch window"]
    ) -> Float[Tensor, "*batch window joint"]:
        """What each frame counts for in the mean of each joint; 1 in all where there are any."""
        shares = self.share + self.share_of_score * scores
        return shares.masked_fill(~present[..., None], -torch.inf).softmax(-2).nan_to_num()
