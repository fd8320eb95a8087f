"""Batches of which several processes hold a part each.

A mean over the whole batch is then a sum over a part, divided by a count over the whole: what the
processes compute adds up to the loss of the whole batch, and so do their gradients. Counts depend
on the data alone, so that no gradient passes between processes here.
"""

from collections.abc import Callable

from torch import Tensor

SumOverParts = Callable[[Tensor], Tensor]
"""From a count over this process's part to the count over the whole batch."""


def only_part(count: Tensor) -> Tensor:
    """Where one process holds the whole batch."""
    return count
