"""A training step recorded as a CUDA graph: one launch in place of several hundred."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from canonpose.losses.objective import Losses
from canonpose.training.samples import Samples

EAGER_STEPS = 3
"""Real steps before the recording, in which libraries set themselves up and Adam its moments."""


class GraphedStep:
    """Takes training steps on batches of one size, the first ones op by op, then from a recording.

    A recording repeats addresses: batches and losses lie where they lay when it was made, and so
    do weights, gradients and Adam's moments. Whoever replaces these makes a new one of this.

    Parameters
    ----------
    step : callable
        One whole step on a batch, with whatever it draws from the generator; it never waits for
        the device.
    device : torch.device
        A CUDA device.
    """

    def __init__(self, step: Callable[[Samples, Generator], Losses], device: torch.device):
        self.step = step
        self.generator = Generator(device)
        self.side_stream = torch.cuda.Stream(device)
        self.taken = 0
        self.graph: torch.cuda.CUDAGraph | None = None
        self.batch: Samples
        self.losses: Tensor

    def __call__(self, batch: Samples, seed: int) -> Losses:
        """Take a step, with draws from this seed."""
        self.generator.manual_seed(seed)
        if self.taken < EAGER_STEPS:
            self.taken += 1
            return self._aside(batch)
        if self.graph is None:
            self._record(batch)
            self.generator.manual_seed(seed)
        assert self.graph is not None
        for place, value in zip(self._parts(self.batch), self._parts(batch), strict=True):
            place.copy_(value)
        self.graph.replay()
        return Losses(*self.losses.clone())

    def _aside(self, batch: Samples) -> Losses:
        """On a stream of its own, as PyTorch asks for before a recording."""
        current = torch.cuda.current_stream()
        self.side_stream.wait_stream(current)
        with torch.cuda.stream(self.side_stream):
            losses = self.step(batch, self.generator)
        current.wait_stream(self.side_stream)
        return losses

    def _record(self, batch: Samples) -> None:
        """Nothing is computed while recording."""
        self.batch = Samples(*(part.clone() for part in self._parts(batch)))
        graph = torch.cuda.CUDAGraph()
        graph.register_generator_state(self.generator)
        with torch.cuda.graph(graph):
            self.losses = torch.stack(self.step(self.batch, self.generator))
        self.graph = graph

    @staticmethod
    def _parts(batch: Samples) -> tuple[Tensor, Tensor, Tensor]:
        return batch.positions, batch.scores, batch.rigs
