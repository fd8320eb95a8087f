"""A training step recorded as a CUDA graph: one launch in place of several hundred."""

from collections.abc import Callable

import torch
from jaxtyping import Int64
from torch import Generator, Tensor

EAGER_STEPS = 3
"""Real steps before the recording, in which libraries set themselves up and Adam its moments."""


class GraphedStep:
    """Takes training steps on batches of one size, the first ones op by op, then from a recording.

    A recording repeats addresses: samples, indices and losses lie where they lay when it was made,
    and so do weights, gradients and Adam's moments. Whoever replaces these makes a new one of this.

    Parameters
    ----------
    step : callable
        One whole step on the samples of some indices, with whatever it draws from the generator; it
        never waits for the device.
    device : torch.device
        A CUDA device.
    """

    def __init__(
        self, step: Callable[[Tensor, Generator], tuple[Tensor, ...]], device: torch.device
    ):
        self.step = step
        self.generator = Generator(device)
        self.side_stream = torch.cuda.Stream(device)
        self.taken = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.chosen: Tensor
        self.losses: Tensor
        self.kind: type[tuple[Tensor, ...]]

    def __call__(self, chosen: Int64[Tensor, " batch"], seed: int) -> tuple[Tensor, ...]:
        """Take a step, with draws from this seed; returns its losses."""
        self.generator.manual_seed(seed)
        if self.taken < EAGER_STEPS:
            self.taken += 1
            return self._aside(chosen)
        if self.graph is None:
            self.graph = self._recorded(chosen)
            self.generator.manual_seed(seed)
        self.chosen.copy_(chosen)
        self.graph.replay()
        return self.kind(*self.losses.clone())

    def _aside(self, chosen: Tensor) -> tuple[Tensor, ...]:
        """On a stream of its own, as PyTorch asks for before a recording."""
        current = torch.cuda.current_stream()
        self.side_stream.wait_stream(current)
        with torch.cuda.stream(self.side_stream):
            losses = self.step(chosen, self.generator)
        current.wait_stream(self.side_stream)
        return losses

    def _recorded(self, chosen: Tensor) -> torch.cuda.CUDAGraph:
        """Nothing is computed while recording."""
        self.chosen = chosen.clone()
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self.generator)
        with torch.cuda.graph(graph):
            losses = self.step(self.chosen, self.generator)
            self.kind, self.losses = type(losses), torch.stack(losses)
        return graph
