"""A wider network that computes what a narrower one does.

Every neuron is copied as often as there is room, and what listens to it divides its weight between
the copies (Chen, Goodfellow, Shlens: Net2Net, ICLR 2016), at random and every listener in its own
way: copies that all were listened to alike would learn alike, and stay copies.
"""

from dataclasses import replace

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor, nn

from canonpose.lifter.network import Lifter

INPUT, OUTPUTS = "upscale", ("pose_head", "rotation_head")
"""The layers that have no neurons before them, and none behind."""


@torch.no_grad()
def widened(network: Lifter, width: int, generator: Generator) -> Lifter:
    """A network of another width, at least as large, with the same output up to rounding.

    Parameters
    ----------
    network : Lifter
        Stays as it is.
    width : int
        Neurons of every hidden layer; at least the network's.
    generator : Generator
        On the CPU; decides how weights are divided.
    """
    copied = torch.arange(width) % network.config.width
    wide = Lifter(network.joints, replace(network.config, width=width))
    theirs = network.state_dict()
    for name, layer in wide.named_modules():
        if isinstance(layer, nn.Linear):
            weight, bias = theirs[f"{name}.weight"].cpu(), theirs[f"{name}.bias"].cpu()
            if name not in OUTPUTS:
                weight, bias = weight[copied], bias[copied]
            if name != INPUT:
                weight = weight[:, copied] * _shares(len(weight), copied, generator)
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
    return wide


def _shares(
    listeners: int, copied: Int64[Tensor, " wide"], generator: Generator
) -> Float[Tensor, "listener wide"]:
    """Random shares, which add up to 1 over the copies of each neuron for each listener."""
    parts = 0.5 + torch.rand(listeners, len(copied), generator=generator)
    sums = torch.zeros(listeners, int(copied.max()) + 1).index_add_(1, copied, parts)
    return parts / sums[:, copied]
