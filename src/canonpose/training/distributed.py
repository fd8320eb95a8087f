"""One training in several processes, each on a device of its own, as ``torchrun`` starts them.

Every process holds the whole network and sees all samples, and takes a part of each batch. What is
told to people and written to disk comes from the first process alone.
"""

import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar, cast

import torch
import torch.distributed as dist
from jaxtyping import Int64
from torch import Tensor, nn

from canonpose.errors import InputError, InputWarning

Made = TypeVar("Made")

PATIENCE = timedelta(days=7)
"""How long processes wait for each other: the first may detect people in many videos. Whether one
has died shows by its connection, at once."""
BAD_INPUT, INTERRUPTED = 2, 130
"""Exit codes of the command line."""
FAILED = "failed"
"""Under this name the process that tells of an error leaves its number for the others."""
LAST_WORDS = 0.2
"""Seconds before processes part: gloo's threads let go of what was summed last, for which they need
Python's lock. One that still wants it when the interpreter ends takes the process down."""
_KEPT: list[nn.Module] = []
"""Networks of several processes, until the end of this one. Whoever frees one waits, with Python's
lock held, for gloo's threads, which want that lock for what they have just summed."""


@dataclass(frozen=True)
class Processes:
    """The processes of one training, and which of them this is; here, one alone."""

    number: int = 0
    count: int = 1
    place: int = 0
    """Number among those on this machine: of the CUDA device to use."""
    restarts: int = 0
    """How often torchrun has started them again after one died."""

    @property
    def first(self) -> bool:
        """Whether this is the one that writes and speaks."""
        return self.number == 0

    def part_of(self, rigs: Int64[Tensor, " sample"]) -> Int64[Tensor, " part"]:
        """Which samples of a batch are this process's: an equal share, without duplicates.

        The batch is cut in the order of its rigs, so that most rigs stay in one process and
        exchange there what they exchange in a batch that nobody cut.
        """
        begin, end = (len(rigs) * edge // self.count for edge in (self.number, self.number + 1))
        return rigs.argsort(stable=True)[begin:end]

    def together(self, network: nn.Module, device: torch.device) -> nn.Module:
        """The network, with the mean of all processes' gradients as its gradient."""
        if self.count == 1:
            return network
        ids = [device] if device.type == "cuda" else None
        together = nn.parallel.DistributedDataParallel(
            network, device_ids=ids, gradient_as_bucket_view=True
        )
        _KEPT.append(together)
        return together

    def total(self, values: Tensor) -> Tensor:
        """The sum over all processes, of values that need no gradient."""
        if self.count == 1:
            return values
        values = values.detach().clone()
        dist.all_reduce(values)
        return values

    def largest(self, values: Tensor) -> Tensor:
        """The maximum over all processes."""
        if self.count == 1:
            return values
        values = values.clone()
        dist.all_reduce(values, dist.ReduceOp.MAX)
        return values

    def from_first(self, make: Callable[[], Made]) -> Made:
        """What the first process makes, in all of them.

        Raises
        ------
        InputError
            In all of them, if making it does.
        """
        if self.count == 1:
            return make()
        told: list[object] = [None, None]
        if self.first:
            try:
                told[0] = make()
            except InputError as error:
                told[1] = str(error)
        dist.broadcast_object_list(told)
        if told[1] is not None:
            raise InputError(str(told[1]))
        return cast(Made, told[0])

    def check_alike(self, fact: object, otherwise: str) -> None:
        """Make sure that all processes have the same.

        Raises
        ------
        InputError
            Saying ``otherwise``, in all of them.
        """
        if self.count == 1:
            return
        facts: list[object] = [None] * self.count
        dist.all_gather_object(facts, fact)
        if any(other != facts[0] for other in facts):
            raise InputError(otherwise)

    @contextmanager
    def first_ahead(self) -> Iterator[None]:
        """Let the first process do what follows before the others, who find what it has kept."""
        if self.count > 1 and not self.first:
            dist.barrier()
        yield
        if self.count > 1 and self.first:
            dist.barrier()


ALONE = Processes()


def processes_here() -> Processes:
    """The processes that ``torchrun`` started, as its environment variables say; else one alone."""
    environment = os.environ
    if "RANK" not in environment or "WORLD_SIZE" not in environment:
        return ALONE
    return Processes(
        number=int(environment["RANK"]),
        count=int(environment["WORLD_SIZE"]),
        place=int(environment.get("LOCAL_RANK", 0)),
        restarts=int(environment.get("TORCHELASTIC_RESTART_COUNT", 0)),
    )


@contextmanager
def joined(processes: Processes | None = None) -> Iterator[Processes]:
    """Connect the processes of one training for a while.

    An error in one ends all, and one of them tells it: the others leave with `SystemExit`. Only the
    first process warns.

    Raises
    ------
    InputError
        If they cannot be connected, or another process has ended.
    """
    processes = processes_here() if processes is None else processes
    if processes.count == 1:
        yield processes
        return
    store = _connected(processes)
    try:
        with warnings.catch_warnings():
            if not processes.first:
                warnings.simplefilter("ignore", InputWarning)
            yield processes
    except KeyboardInterrupt:
        if not processes.first:
            raise SystemExit(INTERRUPTED) from None
        raise
    except InputError as error:
        raise _told_once(store, processes, error) from error
    except RuntimeError as error:
        if not _is_lost_connection(error):
            raise
        raise _told_once(
            store,
            processes,
            InputError(
                "another process of this training has ended; go on with --resume, or let torchrun "
                "do so by --max-restarts."
            ),
        ) from error
    finally:
        time.sleep(LAST_WORDS)
        dist.destroy_process_group()


def _connected(processes: Processes) -> dist.Store:
    backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo"
    if processes.place < torch.cuda.device_count():
        torch.cuda.set_device(processes.place)
    try:
        store, number, count = next(dist.rendezvous("env://"))
        # Torchrun may keep its store over a restart, with addresses of processes that are gone.
        store = dist.PrefixStore(f"start {processes.restarts}", store)
        store.set_timeout(PATIENCE)
        dist.init_process_group(
            backend, store=store, rank=number, world_size=count, timeout=PATIENCE
        )
    except (RuntimeError, ValueError) as error:
        raise InputError(
            f"process {processes.number} of {processes.count} cannot reach the others "
            f"({str(error).splitlines()[0]}); start them with torchrun, as in `torchrun "
            f"--nproc-per-node 2 -m canonpose train ...`."
        ) from error
    return store


def _told_once(store: dist.Store, processes: Processes, error: InputError) -> BaseException:
    """The error in the process that meets one first, a silent end in the others."""
    me = str(processes.number)
    try:
        teller = store.compare_set(FAILED, "", me).decode()
    except RuntimeError:  # the store's keeper has ended as well
        teller = me
    return error if teller == me else SystemExit(BAD_INPUT)


def _is_lost_connection(error: RuntimeError) -> bool:
    """Gloo raises a bare RuntimeError, with the place in its sources."""
    return isinstance(error, dist.DistError) or "gloo" in str(error)
