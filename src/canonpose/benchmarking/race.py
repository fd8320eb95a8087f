"""Several ways to do the same, each in a process of its own, timed by turns.

By turns, so that a machine's moods meet all of them alike; in processes of their own, so that each
has its own memory, and what one does to its process is no help to the others.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import torch

from canonpose.benchmarking.timing import Timing, timed
from canonpose.processor import processor_used_well

Maker = Callable[[], Callable[[], object]]
"""Makes, in a new process, what is timed there; a function of a module, or a partial of one."""

_runner: tuple[Callable[[], object], torch.device] | None = None
"""Of a contestant's process."""


def race(
    makers: Mapping[str, tuple[Maker, bool]],
    device: torch.device,
    repeats: int = 7,
    warm_up: int = 2,
) -> dict[str, Timing]:
    """Time every contestant, by turns.

    Parameters
    ----------
    makers : mapping
        By name: what makes the contestant, and whether its process is set up as our own commands
        set theirs up (`canonpose.processor`).
    device : torch.device
    repeats, warm_up : int
        Timed and untimed turns.
    """
    context, threads = get_context("spawn"), torch.get_num_threads()
    pools = {
        name: ProcessPoolExecutor(1, context, _enter, (maker, device, threads, set_up))
        for name, (maker, set_up) in makers.items()
    }
    try:
        turns = []
        for turn in range(warm_up + repeats):
            taken = {name: pool.submit(_take_turn).result() for name, pool in pools.items()}
            if turn >= warm_up:
                turns.append(taken)
    finally:
        for pool in pools.values():
            pool.shutdown(cancel_futures=True)
    return {
        name: Timing(tuple(turn[name][0] for turn in turns), max(turn[name][1] for turn in turns))
        for name in makers
    }


def _enter(maker: Maker, device: torch.device, threads: int, set_up: bool) -> None:
    global _runner
    torch.set_num_threads(threads)
    if set_up:
        processor_used_well().__enter__()
    _runner = maker(), device


def _take_turn() -> tuple[float, int]:
    assert _runner is not None
    return timed(*_runner)
