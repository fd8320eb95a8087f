"""Whether solving footage again, with a better lifter, has changed what was solved."""

from canonpose.datamodel import Capture
from canonpose.refining.labels import solved_labels
from canonpose.solving.solved import Solved

SETTLED = 0.05
"""Of the root mean square distance of joints from the root: about 3 cm of a grown person."""


def settled(before: Solved, after: Solved, capture: Capture) -> bool:
    """Whether every take is solved as it was: half of its joints within a small distance.

    Parameters
    ----------
    before, after : Solved
        Of this capture; each may have a frame of its own, as poses are compared in the cameras'.
    capture : Capture

    Raises
    ------
    InputError
        As `solved_labels` does.
    """
    old, new = (solved_labels(one, capture) for one in (before, after))
    both = old.valid & new.valid
    size = new.positions[both].square().sum(-1).mean().sqrt()
    off = (new.positions - old.positions).norm(dim=-1) / size
    for take in old.takes.unique():
        here = both & (old.takes == take)[:, None, None]
        if here.any() and off[here].median() > SETTLED:
            return False
    return True
