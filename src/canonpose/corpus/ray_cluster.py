"""Tasks on the machines of a Ray cluster."""

import math
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from canonpose.corpus.task import Outcome, Task, work
from canonpose.errors import InputError

LOCAL = "local"
"""In place of an address: a cluster of this machine, for this run."""
KNOCK = 10.0
"""Seconds that the cluster has to answer."""
AHEAD = 2
"""Tasks handed over for every core: one that runs, and one that is on its way to it."""


class RayCluster:
    """See `canonpose.corpus.Engine`.

    Ray chooses the machine, and spreads tasks over all of them. That a task is tried again is not
    left to Ray, so that it means the same as without it. Machines may come and go: what ran on one
    that is gone ends in a crash.

    Parameters
    ----------
    address : str
        ``auto``, ``host:port``, or `LOCAL`.

    Raises
    ------
    InputError
        If Ray is not installed, or there is no such cluster.
    """

    def __init__(self, address: str) -> None:
        self._ray = _import_ray()
        self._own = not self._ray.is_initialized()
        if self._own:
            self._join(address)
        remote = self._ray.remote(num_cpus=1, max_retries=0, scheduling_strategy="SPREAD")
        self._work = remote(_quiet_work)
        self._running: dict[Any, Task] = {}

    def _join(self, address: str) -> None:
        try:
            _knock(address)
            self._ray.init(
                address=address,
                log_to_driver=False,
                logging_level="error",
                include_dashboard=False if address == LOCAL else None,
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise InputError(
                f"--ray {address}: no Ray cluster answers there ({error}); start one with ray "
                f"start --head, or say --ray {LOCAL}."
            ) from error

    @property
    def capacity(self) -> int:
        """So many for each core that the cluster has now."""
        cores = self._ray.cluster_resources().get("CPU", 1)
        return max(1, math.ceil(AHEAD * cores))

    def start(self, task: Task) -> None:
        """Hand a task over to Ray."""
        self._running[self._work.options(name=task.file.name).remote(task)] = task

    def wait(self) -> Sequence[Outcome]:
        """What ended anywhere."""
        ended, _ = self._ray.wait(list(self._running), num_returns=1)
        return [self._outcome(reference) for reference in ended]

    def _outcome(self, reference: Any) -> Outcome:
        task = self._running.pop(reference)
        try:
            outcome: Outcome = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            reason = str(error).strip().splitlines()[-1]
            message = f"{task.file}: its process died or could not begin ({reason})."
            return Outcome(task, "crash", message=message, where="the Ray cluster")
        return outcome

    def __enter__(self) -> "RayCluster":
        return self

    def __exit__(self, *error: object) -> None:
        """Cancel what runs, and leave the cluster."""
        for reference in self._running:
            with suppress(self._ray.exceptions.RayError):
                self._ray.cancel(reference, force=True)
        if self._own:
            self._ray.shutdown()


def _knock(address: str) -> None:
    """Raise where nobody listens, which Ray itself takes most of a minute to find out."""
    host, _, port = address.rpartition(":")
    if host and port.isdecimal() and "/" not in host:
        socket.create_connection((host, int(port)), timeout=KNOCK).close()


def _quiet_work(task: Task) -> Outcome:
    """A task whose progress nobody hears of."""
    return work(task, lambda done, total: None)


def _import_ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise InputError(
            "--ray needs Ray, which is not installed; pip install 'canonpose[ray]'."
        ) from error
    return ray
