"""What the processes of a training do together after a step: go on, save, or stop."""

import time

import torch

from canonpose.training.distributed import Processes

SECONDS_APART = 0.5
"""About how often they talk: too seldom to cost anything, often enough for who waits for a stop."""


class Agreement:
    """Wishes of single processes, granted in all at the same step.

    A process that stopped by itself would leave the others waiting for its gradients. They talk
    after numbers of steps that the first process chooses by the clock.

    Parameters
    ----------
    processes : Processes
    """

    def __init__(self, processes: Processes):
        self._processes = processes
        self._left = self._chosen = 1
        self._since = time.monotonic()

    def reached(self, stop: bool, save: bool) -> tuple[bool, bool]:
        """After a step: whether all stop now, and whether all save.

        Any process may wish to stop; the first one decides about saving.
        """
        if self._processes.count == 1:
            return stop, save
        self._left -= 1
        if self._left:
            return False, False
        told = [int(stop), 0, 0]
        if self._processes.first:
            seconds = max(time.monotonic() - self._since, 1e-3)
            told[1:] = int(save), max(int(self._chosen * SECONDS_APART / seconds), 1)
        stopped, saved, chosen = self._processes.largest(torch.tensor(told)).tolist()
        self._left = self._chosen = chosen
        self._since = time.monotonic()
        return bool(stopped), bool(saved)
