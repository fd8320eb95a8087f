"""Random generators that depend on the seed and the place in the training alone.

Nothing carries a generator's state from step to step, so that a resumed training draws what an
uninterrupted one would have drawn.
"""

import numpy as np
from torch import Generator

WEIGHTS, ORDER, STEP = range(3)
"""What a generator is for."""


def generator_for(seed: int, purpose: int, index: int = 0) -> Generator:
    """A CPU generator for one purpose at one epoch or step."""
    state = np.random.SeedSequence([seed, purpose, index]).generate_state(1, np.uint64)
    return Generator().manual_seed(int(state[0] >> np.uint64(1)))
