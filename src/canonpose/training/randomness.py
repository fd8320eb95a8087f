"""Random generators that depend on the seed and the place in the training alone.

Nothing carries a generator's state from step to step, so that a resumed training draws what an
uninterrupted one would have drawn.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Generator

WEIGHTS, ORDER, STEP = range(3)
"""What a generator is for."""


def generator_for(
    seed: int,
    purpose: int,
    index: int = 0,
    device: torch.device | str = "cpu",
    process: int = 0,
) -> Generator:
    """A generator for one purpose at one epoch or step; kinds of devices draw differently."""
    return Generator(device).manual_seed(seed_for(seed, purpose, index, process))


@contextmanager
def seeded_weights(seed: int, device: torch.device | None = None) -> Iterator[None]:
    """Seed torch's own generators while this lasts: new networks and dropout draw from them.

    Parameters
    ----------
    seed : int
        Of the training.
    device : torch.device, optional
        Where a network is trained meanwhile, besides the CPU.
    """
    on_gpu = device is not None and device.type == "cuda"
    with torch.random.fork_rng(devices=[device] if on_gpu else []):
        torch.manual_seed(seed_for(seed, WEIGHTS))
        yield


def seed_for(seed: int, purpose: int, index: int = 0, process: int = 0) -> int:
    """What such a generator is seeded with, in one of several processes."""
    state = np.random.SeedSequence([seed, purpose, index, process]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))
