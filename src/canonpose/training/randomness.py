"""Random generators that depend on the seed and the place in the training alone.

Nothing carries a generator's state from step to step, so that a resumed training draws what an
uninterrupted one would have drawn.
"""

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


def seed_for(seed: int, purpose: int, index: int = 0, process: int = 0) -> int:
    """What such a generator is seeded with, in one of several processes."""
    state = np.random.SeedSequence([seed, purpose, index, process]).generate_state(1, np.uint64)
    return int(state[0] >> np.uint64(1))
