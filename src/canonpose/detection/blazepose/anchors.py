"""The points of the image that each answer of the person detector speaks about."""

import numpy as np
from jaxtyping import Float

INPUT_SIDE = 224
"""Pixels of the detector's square input."""
STRIDES = (8, 16, 32, 32, 32)
"""Input pixels between neighbouring cells, layer by layer (Bazarevsky et al., BlazeFace, 2019)."""
ANCHORS_PER_CELL = 2
"""Of each layer; both are points at the cell's centre and differ in nothing but their place in the
output."""


def anchor_centres(
    side: int = INPUT_SIDE, strides: tuple[int, ...] = STRIDES
) -> Float[np.ndarray, "anchor 2"]:
    """(x, y) of every anchor in the order of the network's output, the input being 1 wide and high.

    Layers of one stride share their cells: all their anchors at a cell follow one another.
    """
    centres = []
    for stride in dict.fromkeys(strides):
        cells = side // stride
        along = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(along, along), axis=-1).reshape(-1, 2)
        centres.append(np.repeat(grid, ANCHORS_PER_CELL * strides.count(stride), axis=0))
    return np.concatenate(centres)
